# Where requests enter an app: functions below annotations, and functions that are arguments of plumber's functions.
# Needs syntax.R and app-files.R.

verb_tags <- c("get", "put", "post", "delete", "head", "options", "patch", "use")

# Tags of plumber2 above functions that requests and messages run.
plumber2_tags <- c("any", "message", "then")

# The annotation block above a line, which plumber reads upwards through comments and blank lines: NULL, or
# list(kind, label), where kind is "handler", "filter", "router" or "assets".
annotation_above <- function(lines, first) {
  tags <- character()
  at <- first - 1L
  while (at > 0L && grepl("^#|^\\s*$", lines[[at]])) {
    if (grepl("^#['*]\\s*@", lines[[at]])) tags <- c(sub("^#['*]\\s*@", "", lines[[at]]), tags)
    at <- at - 1L
  }
  names <- sub("\\s.*$", "", tags)
  rest <- trimws(sub("^\\S+", "", tags))
  if ("plumber" %in% names) return(list(kind = "router", label = "@plumber"))
  if ("filter" %in% names) {
    return(list(kind = "filter", label = paste("filter", rest[names == "filter"][[1L]])))
  }
  verbs <- which(names %in% c(verb_tags, plumber2_tags))
  if (length(verbs) > 0L) {
    return(list(kind = "handler", label = paste(toupper(names[verbs[[1L]]]), rest[verbs[[1L]]])))
  }
  NULL
}

# plumber's functions that register functions to run in requests.
registering_functions <- c(
  paste0("pr_", c(
    setdiff(verb_tags, "use"), "any", "handle", "filter", "hook", "hooks", "set_404", "set_error",
    "set_serializer", "set_parsers"
  )),
  paste0("$", c(
    "handle", "filter", "registerHook", "registerHooks", "set404Handler", "setErrorHandler", "addFilter",
    "addEndpoint"
  )),
  "register_serializer", "register_parser",
  # Of plumber2 and fiery.
  paste0("api_", c(setdiff(verb_tags, "use"), "any", "message", "on")), "$on"
)

endpoint_classes <- c("PlumberEndpoint", "PlumberFilter", "PlumberStep")

# list(kind, label) if a call registers functions with plumber, otherwise NULL. An "exit" hook only runs at the end.
registration <- function(call) {
  name <- call_name(call)
  if (name == "$new") {
    class <- class_name(call)
    return(if (class %in% endpoint_classes) list(kind = "handler", label = class))
  }
  if (!name %in% registering_functions) return(NULL)
  texts <- unlist(Filter(is.character, unname(call_arguments(call))))
  method <- sub("^[$]", "", sub("^(pr|api)_", "", name))
  switch(method,
    filter = list(kind = "filter", label = label_of("filter", texts)),
    hook = ,
    registerHook = list(kind = hook_kind(texts[1L]), label = label_of("hook", texts)),
    hooks = ,
    registerHooks = list(kind = "hooks", label = "hook"),
    handle = list(kind = "handler", label = paste(toupper(texts), collapse = " ")),
    list(kind = "handler", label = route_label(method, texts))
  )
}

# A preroute hook runs before every request, like a filter.
hook_kind <- function(stage) switch(c(stage, "")[[1L]], exit = "exit", preroute = "filter", "handler")

route_label <- function(method, texts) {
  if (method %in% c(verb_tags, "any")) label_of(toupper(method), texts) else gsub("_", " ", method)
}

label_of <- function(word, texts) paste(c(word, if (length(texts) > 0L) texts[[1L]]), collapse = " ")

# The class of Class$new() and package::Class$new().
class_name <- function(call) {
  class <- call[[1L]][[2L]]
  if (is.call(class)) call_name(as.call(list(class))) else as.character(class)
}
