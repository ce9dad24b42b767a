# The plan of the direct lane: read from the router once, when the app is loaded.

builtin_filters <- c("queryString", "body", "cookieParser", "sharedSecret")

# Groups of endpoints that plumber tries before the first filter of the app.
early_groups <- c("__first__", builtin_filters)

# An option as plumber reads it: from 1.3 on, also from the environment.
plumber_option <- function(name, default = NULL) {
  read <- asNamespace("plumber")[["get_option_or_env"]]
  if (is.null(read)) getOption(name, default) else read(name, default)
}

# Why no request of this app can take the direct lane; NULL when some may.
direct_obstacle <- function(router) {
  ns <- asNamespace("plumber")
  private <- router$.__enclos_env__$private
  needed <- c("ends", "filts", "mnts", "hooks", "default_serializer", "default_parsers", "errorHandler",
              "notFoundHandler", "runHooks")
  if (!all(needed %in% ls(private, all.names = TRUE))) return("this version of plumber differs")
  if (!is_plumbers(router, "Plumber")) return("the app has a router class of its own")
  helpers <- c("queryStringFilter", "bodyFilter", "cookieFilter", "sharedSecretFilter", "req_body_parser",
               "req_body_args", "getRelevantArgs", "parseQS", "parseCookies", ".globals", "is_405",
               "router_has_route")
  if (!all(vapply(helpers, exists, NA, envir = ns, inherits = FALSE))) return("this version of plumber differs")
  first <- private$filts[seq_len(min(4L, length(private$filts)))]
  if (!identical(vapply(first, function(f) f$name, ""), builtin_filters)) return("the app changes the built-in filters")
  if (!all(vapply(private$filts, is_plumbers, NA, "PlumberFilter"))) return("the app has a filter class of its own")
  original <- list(ns$queryStringFilter, ns$bodyFilter, ns$cookieFilter, ns$sharedSecretFilter)
  same <- mapply(function(step, f) identical(step$.__enclos_env__$private$func, f), first, original)
  if (!all(same)) return("the app changes the built-in filters")
  if (!is.null(plumber_option("plumber.sharedSecret"))) return("plumber checks a shared secret")
  # A hook could send a request to one of them that the gateway has matched with another endpoint.
  early <- any(early_groups %in% names(Filter(length, private$ends)))
  if (early && length(private$hooks$preroute) > 0L) return("hooks run before endpoints in front of plumber's filters")
  NULL
}

# Whether an object is of this class of plumber, with plumber's own methods.
is_plumbers <- function(object, class) {
  generators <- list()
  generator <- asNamespace("plumber")[[class]]
  while (!is.null(generator)) {
    generators <- c(generators, list(generator))
    generator <- generator$get_inherit()
  }
  if (!identical(class(object), c(vapply(generators, function(generator) generator$classname, ""), "R6"))) return(FALSE)
  original <- function(scope) {
    methods <- do.call(c, lapply(generators, function(generator) generator[[scope]]))
    methods[!duplicated(names(methods)) & names(methods) != "clone"]
  }
  same <- function(methods, env) {
    all(vapply(names(methods), function(name) identical(body(env[[name]]), body(methods[[name]])), NA))
  }
  same(original("public_methods"), object) && same(original("private_methods"), object$.__enclos_env__$private)
}

# A step of the router that runs a function of the app: a filter or an endpoint. It is an environment, like routers: R
# finds their parts at once, and compares the names of a list one by one.
plan_step <- function(step) {
  private <- step$.__enclos_env__$private
  func <- private$func
  as_environment(list(
    step = step,
    func = func,
    envir = private$envir,
    formals = names(formals(func)),
    dots = "..." %in% names(formals(func)),
    takes = request_objects(names(formals(func))),
    first = first_arguments(names(formals(func))),
    private = private,
    hooks = length(private$hooks),
    hooked = length(private$hooks) > 0L,
    serializer = step$serializer
  ))
}

# Which of `req` and `res` a function takes; "more" if it takes arguments of the request too.
request_objects <- function(formals) {
  if (!all(formals %in% c("req", "res"))) return("more")
  if (length(formals) == 2L) "both" else if (length(formals) == 1L) formals else "none"
}

# Which of `req` and `res` are among the arguments that a function can take: both if it takes `...`.
first_arguments <- function(formals) {
  taken <- c("req", "res") %in% formals | "..." %in% formals
  if (all(taken)) "both" else if (taken[1L]) "req" else if (taken[2L]) "res" else "none"
}

# Why an endpoint can't take the direct lane; NULL if it can.
endpoint_obstacle <- function(endpoint, group) {
  func <- endpoint$.__enclos_env__$private$func
  if (!is_plumbers(endpoint, "PlumberEndpoint")) return("it has a class of its own")
  if (group %in% early_groups) return("it comes before plumber's own filters")
  if (is.primitive(func)) return("its function is a primitive")
  NULL
}

# The routers of an app, an outer one before those mounted on it, and all their endpoints, those of each router in the
# order in which plumber tries them.
direct_plan <- function(root) {
  obstacle <- direct_obstacle(root)
  private <- root$.__enclos_env__$private
  serializers <- json_serializers()
  serializers$index(private$default_serializer, add = TRUE)
  # plumber's own error handler uses it.
  serializers$index(plumber::serializer_unboxed_json(), add = TRUE)
  app <- list(
    obstacle = obstacle,
    serializers = serializers,
    default_serializer = private$default_serializer,
    hooks = private$hooks,
    hooked = length(unlist(private$hooks[c("preroute", "postroute", "preserialize", "postserialize")])) > 0L
  )
  routes <- list()
  routers <- list()
  # outer: the routers that this one is mounted in, `at` these paths; simple: whether these have no hooks, filters or
  # error handlers
  add <- function(router, outer, at, simple) {
    number <- length(routers) + 1L
    plan <- plan_router(router, number, at)
    simple <- simple && default_error_handler(plan$private)
    planned <- plan_routes(plan, app, simple)
    routes <<- c(routes, planned)
    plan$routes <- planned
    routers[[number]] <<- plan
    within <- c(outer, list(router))
    simple <- simple && length(plan$filters) == 0L
    mounts <- plan$private$mnts
    mounted <- lapply(seq_along(mounts), function(i) {
      inner <- mounts[[i]]
      if (mount_planned(inner, within)) add(inner, within, c(at, names(mounts)[i]), simple) else 0L
    })
    names(mounted) <- names(mounts)
    routers[[number]]$mounts <<- vapply(mounted, identity, 0L)
    number
  }
  add(root, list(), character(), !app$hooked)
  list(routes = routes, routers = routers, serializers = serializers, obstacle = obstacle)
}

# mounts, by path: the numbers of the routers mounted there, 0 for those that only plumber runs
plan_router <- function(router, number, at) {
  private <- router$.__enclos_env__$private
  as_environment(list(
    number = number,
    at = at,
    router = router,
    private = private,
    filters = unname(lapply(private$filts[-seq_along(builtin_filters)], plan_step)),
    mounts = integer()
  ))
}

# Whether the direct lane can run a mounted router. It can't run other classes, such as the one for static files, nor a
# router that is mounted within itself.
mount_planned <- function(router, outer) {
  if (!is.null(direct_obstacle(router))) return(FALSE)
  groups <- names(Filter(length, router$.__enclos_env__$private$ends))
  if (any(early_groups %in% groups)) return(FALSE)
  !any(vapply(outer, identical, NA, router))
}

plan_routes <- function(router, app, simple) {
  private <- router$private
  lines <- private$lines
  order <- c("__first__", vapply(private$filts, function(f) f$name, ""), "__no-preempt__")
  kept <- function(parsers) is.null(app$obstacle) && default_parsers_kept(parsers)
  parsers_kept <- kept(private$default_parsers)
  routes <- list()
  for (group in order) {
    # The number of the app's filters that run before an endpoint of this group.
    before <- max(0L, match(group, order) - 2L - length(builtin_filters))
    for (endpoint in private$ends[[group]]) {
      route <- plan_route(endpoint, group, app, simple)
      route$router <- router$number
      route$before <- before
      route$plain <- route$plain && before == 0L
      comment <- comment_above(endpoint, lines)
      route$policy <- policy_tags(comment, endpoint$verbs, private$filename)
      route$batch <- batch_tag(comment, route$formals, private$filename)
      if (!is.null(route$batch)) {
        route$batch$obstacle <- batch_obstacle(route, app$hooks)
        # R runs all steps but the handler for each request.
        route$batch$filtered <- !route$plain
      }
      route$own_parsers <- if (is.null(route$parsers)) !parsers_kept else !kept(route$parsers)
      routes[[length(routes) + 1L]] <- route
    }
  }
  routes
}

plan_route <- function(endpoint, group, app, simple) {
  route <- plan_step(endpoint)
  route$early <- group %in% early_groups
  route$regex <- endpoint$.__enclos_env__$private$regex
  route$parsers <- endpoint$parsers
  route$obstacle <- if (is.null(app$obstacle)) endpoint_obstacle(endpoint, group) else app$obstacle
  if (!is.null(endpoint$serializer)) app$serializers$index(endpoint$serializer, add = TRUE)
  route$plain <- simple && !route$hooked && !any(route$formals %in% c("req", "res", "..."))
  route$parts <- values_of(endpoint, endpoint_parts)
  # The index of the serializer that the endpoint is declared with.
  route$json <- app$serializers$index(if (is.null(endpoint$serializer)) app$default_serializer else endpoint$serializer)
  route
}

default_error_handler <- function(private) {
  identical(body(private$errorHandler), body(asNamespace("plumber")$defaultErrorHandler()))
}

# What the gateway needs of a route to match it and to choose the lane.
describe_direct_route <- function(route) {
  endpoint <- route$step
  list(
    verbs = as.character(endpoint$verbs),
    path = endpoint$path,
    regex = route$regex$regex,
    names = as.character(route$regex$names),
    obstacle = route$obstacle,
    own_parsers = route$own_parsers,
    router = route$router,
    formals = route$formals,
    batch = route$batch,
    policy = route$policy
  )
}

# Where routers are mounted: the number of the outer router, and that of the mounted one, 0 if only plumber runs it.
describe_mounts <- function(plan) {
  mounts <- lapply(plan$routers, function(router) {
    lapply(seq_along(router$mounts), function(i) {
      list(path = names(router$mounts)[i], within = router$number, router = router$mounts[[i]])
    })
  })
  unlist(mounts, recursive = FALSE)
}

describe_direct <- function(plan, router) {
  private <- router$.__enclos_env__$private
  list(
    routes = unname(lapply(plan$routes, describe_direct_route)),
    mounts = describe_mounts(plan),
    obstacle = plan$obstacle,
    serializers = unname(plan$serializers$all()),
    session = list(
      utf8 = isTRUE(l10n_info()[["UTF-8"]]),
      timezone = session_timezone(),
      digits_secs = if (is.null(getOption("digits.secs"))) 0L else as.integer(getOption("digits.secs")),
      max_request_size = as.numeric(private$maxSize)[1L],
      scipen = as.integer(getOption("scipen")),
      r_version = as.integer(unlist(getRversion())[1:2]),
      jsonlite_version = as.character(utils::packageVersion("jsonlite"))
    )
  )
}

# Whether JSON and form bodies are parsed by plumber's default parsers, with their default options.
default_parsers_kept <- function(parsers) {
  original <- asNamespace("plumber")$make_parser(c("json", "form", "text", "octet", "multi"))
  same <- function(a, b) {
    if (!identical(body(a), body(b))) return(FALSE)
    inner <- lapply(list(a, b), function(f) environment(f)$parse_fn)
    if (is.null(inner[[1L]])) return(TRUE)
    options <- lapply(inner, function(f) tryCatch(eval(quote(list(...)), environment(f)), error = function(e) list()))
    identical(body(inner[[1L]]), body(inner[[2L]])) && identical(options[[1L]], options[[2L]])
  }
  identical(lapply(parsers, names), lapply(original, names)) && all(mapply(same, parsers$alias, original$alias))
}

# Sys.timezone() may run a program to find out. Without TZ it only matters whether it is UTC.
session_timezone <- function() {
  zone <- Sys.getenv("TZ")
  if (nzchar(zone)) return(zone)
  if (format(Sys.time(), "%Z") == "UTC") "UTC" else NULL
}
