# The hooks of the outermost router.

# go_on(unchanged): whether the hooks have left what routes are matched with
run_preroute <- function(lane, exchange, go_on) {
  req <- exchange$req
  matched_with <- function() list(req$REQUEST_METHOD, req$PATH_INFO)
  before <- matched_with()
  leave_route(lane)
  value <- lane$private$runHooks("preroute", list(data = exchange$hook_env, req = req, res = exchange$res))
  follow(value, function(value) go_on(identical(matched_with(), before)), serve_failed(lane, exchange))
}

# The hooks of a stage that takes the value; gives the value that they leave.
run_value_hooks <- function(lane, exchange, stage, value) {
  args <- list(data = exchange$hook_env, req = exchange$req, res = exchange$res, value = value)
  lane$private$runHooks(stage, args)
}
