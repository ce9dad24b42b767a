# WebSockets of an app. httpuv's own class keeps them and calls the app's functions; the gateway has the connections.

# Serves an app of plumber until it is to stop.
serve_app <- function(con, engines, manifest, app) {
  if (!manifest$sockets) return(serve_frames(con, engines, manifest))
  force(con)
  socket_server(con, engines, manifest, asNamespace("httpuv")$AppWrapper$new(app))$serve()
}

# See frame_server(). wrapper: httpuv's own object around the app
socket_server <- function(con, engines, manifest, wrapper) {
  server <- frame_server(con, engines, manifest, socket_events(wrapper))
  keep_sockets(asNamespace("httpuv"), server$send)
  server
}

# Returns function(type, id, value) that runs an event. A socket's handle in httpuv's object is its id at the gateway.
socket_events <- function(wrapper) {
  relay <- function(value) relays$send(unserialize(value))
  function(type, id, value) {
    if (type == frame_types$socket_opened) open_socket(wrapper, id, value)
    else if (type == frame_types$socket_message) wrapper$onWSMessage(id, is.raw(value), value)
    else if (type == frame_types$socket_closed) close_socket(wrapper, id)
    else relay(value)
  }
}

# Sends of this process's sockets that another worker asks for.
relays <- new.env(parent = emptyenv())
relays$send <- function(args) NULL

# plumber's own onWSOpen() only warns. An app can give its router, or a class of its own, another one.
takes_sockets <- function(router) {
  own <- plumber::Plumber$public_methods$onWSOpen
  is.function(router$onWSOpen) && !identical(body(router$onWSOpen), body(own))
}

# fields: the variables of the request. As in httpuv, onHeaders() may refuse the handshake.
open_socket <- function(wrapper, id, fields) {
  req <- rook_request(fields, NULL)
  early <- tryCatch(wrapper$onHeaders(req), error = router_failed)
  if (length(early) > 0L) return(sockets$send(frame_types$socket_refused, id, early_response(early)))
  sockets$send(frame_types$socket_accepted, id, NULL)
  wrapper$onWSOpen(id, req)
}

# httpuv's wrapper has prepared it: a file is named by `bodyFile`.
early_response <- function(early) {
  if (!is.null(early$bodyFile)) early$body <- list(file = early$bodyFile, owned = early$bodyFileOwned)
  http_response(early)
}

# httpuv does not know one that was refused.
close_socket <- function(wrapper, id) {
  known <- wrapper$.__enclos_env__$private$wsconns
  if (!is.null(known[[as.character(id)]])) wrapper$onWSClose(id)
}

sockets <- new.env(parent = emptyenv())

# Makes httpuv's functions for sockets send frames.
keep_sockets <- function(httpuv, send) {
  sockets$send <- send
  replace_binding("wsconn_address", httpuv, function(external_ptr) as.character(external_ptr))
  replace_binding("sendWSMessage", httpuv, function(conn, binary, message) {
    send(frame_types$socket_send, conn, if (binary) message else message[1L])
    invisible()
  })
  replace_binding("closeWS", httpuv, function(conn, code, reason) {
    send(frame_types$socket_close, conn, list(code = code, reason = reason))
    invisible()
  })
}

# fiery sends to the sockets of its own process. What is for others, or for all, also goes to the other workers.
relay_broadcasts <- function(fire, send) {
  own <- fire$send
  clients <- function() names(fire$.__enclos_env__$private$websockets)
  relays$send <- function(args) do.call(own, args)
  unlockBinding("send", fire)
  fire$send <- function(message, id = NULL) {
    own(message, id)
    if (is.null(id) || !all(id %in% clients())) {
      send(frame_types$broadcast, 0L, serialize(list(message, id), NULL, xdr = FALSE))
    }
    invisible(NULL)
  }
  lockBinding("send", fire)
}
