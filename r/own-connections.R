# The worker's own connections: to the gateway, and what a forked worker prints to. R's table of connections does not
# show them, because many handlers call closeAllConnections() when they end.

own_connections <- new.env(parent = emptyenv())
own_connections$numbers <- integer()

own_connection <- function(con) {
  own_connections$numbers <- c(own_connections$numbers, as.integer(con))
  con
}

close_own_connection <- function(con) {
  own_connections$numbers <- setdiff(own_connections$numbers, as.integer(con))
  close(con)
}

# The code is put into R's functions, so that the stack of calls is the same.
hide_own_connections <- function() {
  own <- own_connections
  put <- function(name, before) {
    changed <- get(name, baseenv())
    body(changed) <- before(body(changed))
    replace_binding(name, baseenv(), changed)
  }
  put("getAllConnections", function(body) {
    bquote({
      all <- .(body)
      all[!(all %in% .(own)$numbers)]
    })
  })
  put("getConnection", function(body) {
    bquote({
      if (is.atomic(what) && suppressWarnings(as.integer(what))[1L] %in% .(own)$numbers) {
        stop(gettextf("there is no connection %d", as.integer(what)[1L], domain = "R"))
      }
      .(body)
    })
  })
}
