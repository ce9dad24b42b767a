# Whether the plan of the direct lane is still true: the app can change its router and R's options at any time. What the
# router holds are R values, and identical() takes no time if both are the same object.

# What a plan depends on: of each router, and of an endpoint. The handlers of errors and of unknown paths are looked up
# when they are needed.
router_parts <- c("ends", "filts", "mnts", "hooks", "default_serializer", "default_parsers")
endpoint_parts <- c("serializer", "parsers", "verbs", "path")

# The classes that the gateway prints, in jsonlite's own generic, and what they inherit from.
json_classes <- c("ANY", "AsIs", "Date", "NULL", "POSIXct", "POSIXt", "character", "data.frame", "double", "factor",
                  "integer", "list", "logical", "matrix", "array", "noquote", "numeric", "ordered", "scalar", "tbl_df",
                  "tbl", "oldClass", "vector")

# What the plan was made from.
planned_state <- function(plan) {
  mounted <- lapply(plan$routers[-1L], function(router) {
    list(private = router$private, parts = values_of(router$private, router_parts))
  })
  filters <- unlist(lapply(plan$routers, function(router) router$filters), recursive = FALSE)
  list2env(list(
    plan = plan,
    root = values_of(plan$routers[[1L]]$private, router_parts),
    mounted = mounted,
    filters = filters,
    more = length(mounted) + length(filters) > 0L,
    parsing = parsing_settings(),
    printing = printing_settings(),
    json = json_methods(),
    sound = TRUE
  ), parent = emptyenv())
}

# Whether a request may take the direct lane. route: the one that the gateway has matched
plan_holds <- function(lane, route) {
  lane$planned$sound && identical(parsing_settings(), lane$planned$parsing) &&
    identical(values_of(lane$private, router_parts), lane$planned$root) &&
    (!lane$planned$more || rest_holds(lane$planned)) && (is.null(route$step) || step_holds(route))
}

step_holds <- function(route) {
  identical(values_of(route$step, endpoint_parts), route$parts) && length(route$private$hooks) == route$hooks
}

# Most apps have few filters and mounts, or none.
rest_holds <- function(planned) {
  for (router in planned$mounted) if (!identical(values_of(router$private, router_parts), router$parts)) return(FALSE)
  for (filter in planned$filters) if (length(filter$private$hooks) != filter$hooks) return(FALSE)
  TRUE
}

# Looks at what takes longer to check, once `@onworker` has run, which may have changed something after the plan.
check_plan <- function(lane) {
  planned <- lane$planned
  planned$sound <- all(vapply(planned$plan$routers, function(router) is.null(direct_obstacle(router$router)), NA))
}

# Whether R would print a value as the gateway does. warn: the option with which R would
prints_as_planned <- function(lane, warn) {
  warn < 2 && identical(printing_settings(), lane$planned$printing) &&
    has_jsonlites(lane$planned$json)
}

# jsonlite's methods for the classes that the gateway prints. R forgets the methods that it has found by inheritance as
# soon as one is set, so an entry of our own among them tells whether any has been.
json_methods <- function() {
  generic <- environment(get("asJSON", asNamespace("jsonlite")))
  methods <- list2env(list(
    table = generic[[".MTable"]],
    found = generic[[".AllMTable"]],
    original = values_of(generic[[".MTable"]], json_classes),
    unchanged = TRUE
  ), parent = emptyenv())
  methods$unchanged <- all(vapply(methods$original, is_jsonlites, NA))
  methods
}

is_jsonlites <- function(method) {
  is.null(method) || identical(topenv(environment(method)), asNamespace("jsonlite"))
}

has_jsonlites <- function(methods) {
  if (is.null(methods$found[[json_mark]])) look_again(methods) else methods$unchanged
}

# After R has forgotten the mark.
look_again <- function(methods) {
  methods$unchanged <- methods$unchanged && identical(values_of(methods$table, json_classes), methods$original)
  assign(json_mark, methods$table[["ANY"]], methods$found)
  methods$unchanged
}

# It looks as if R had found the method for a class of this name.
json_mark <- "no class of this name"
