# The hooks of the outermost router.

# Whether these hooks have left what routes are matched with.
run_preroute <- function(lane, exchange) {
  req <- exchange$req
  before <- list(req$REQUEST_METHOD, req$PATH_INFO)
  settled(lane$private$runHooks("preroute", list(data = exchange$hook_env, req = req, res = exchange$res)))
  identical(list(req$REQUEST_METHOD, req$PATH_INFO), before)
}

# The hooks of a stage that takes the value; gives the value that they leave.
run_value_hooks <- function(lane, exchange, stage, value) {
  args <- list(data = exchange$hook_env, req = exchange$req, res = exchange$res, value = value)
  settled(lane$private$runHooks(stage, args))
}
