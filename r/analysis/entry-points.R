# Where requests enter an app: functions below annotations, and functions handed to plumber's own functions.
# Needs syntax.R and app-files.R.

verb_tags <- c("get", "put", "post", "delete", "head", "options", "patch", "use")

# The annotation block above a line, as plumber reads it: upwards through comments and blank lines.
# NULL, or list(kind, label), where kind is "handler", "filter", "router" or "assets".
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
  if ("filter" %in% names) return(list(kind = "filter", label = paste("filter", rest[names == "filter"][[1L]])))
  verbs <- which(names %in% verb_tags)
  if (length(verbs) > 0L) {
    return(list(kind = "handler", label = paste(toupper(names[verbs[[1L]]]), rest[verbs[[1L]]])))
  }
  NULL
}

# plumber's functions that take functions to be called while a request runs.
registering_functions <- c(
  "pr_handle", paste0("pr_", c(verb_tags[verb_tags != "use"], "any", "filter", "hook", "hooks", "set_404", "set_error",
                               "set_serializer", "set_parsers", "set_api_spec")),
  paste0("$", c("handle", "filter", "registerHook", "registerHooks", "set404Handler", "setErrorHandler",
                "addFilter", "addEndpoint")),
  "register_serializer", "register_parser"
)

endpoint_classes <- c("PlumberEndpoint", "PlumberFilter", "PlumberStep")

# NULL, or list(kind, label) when a call hands functions to plumber. What runs at start or stop alone is no
# request.
registration <- function(call) {
  name <- call_name(call)
  if (name == "$new") {
    class <- call[[1L]][[2L]]
    name <- if (is.call(class)) call_name(as.call(list(class))) else as.character(class)
    return(if (name %in% endpoint_classes) list(kind = "handler", label = name))
  }
  if (!name %in% registering_functions || name == "pr_set_api_spec") return(NULL)
  texts <- unlist(Filter(is.character, unname(call_arguments(call))))
  method <- sub("^[$]", "", sub("^pr_", "", name))
  if (method == "filter") return(list(kind = "filter", label = paste(c("filter", texts[1L]), collapse = " ")))
  if (method %in% c("hook", "registerHook")) {
    kind <- if (identical(texts[1L], "exit")) "exit" else if (identical(texts[1L], "preroute")) "filter" else "handler"
    return(list(kind = kind, label = paste(c("hook", texts[1L]), collapse = " ")))
  }
  if (method %in% c("hooks", "registerHooks")) return(list(kind = "hooks", label = "hook"))
  if (method == "handle") return(list(kind = "handler", label = paste(toupper(texts), collapse = " ")))
  if (method %in% c(verb_tags, "any")) {
    return(list(kind = "handler", label = paste(c(toupper(method), texts[1L]), collapse = " ")))
  }
  list(kind = "handler", label = gsub("_", " ", method))
}
