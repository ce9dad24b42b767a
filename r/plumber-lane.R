# The plumber lane: the whole request goes through plumber's router.

plumber_engine <- function(router) engine(router, run_request)

run_request <- function(router, request) {
  names(request) <- request_parts
  run_router_once(router, rook_request(bytes_value(request$fields), request$body))
}

run_router_once <- function(router, req) {
  early <- router$onHeaders(req)
  resp <- if (length(early) == 0L) router$call(req) else early
  if (is_promise(resp)) promises::then(resp, http_response) else http_response(resp)
}
