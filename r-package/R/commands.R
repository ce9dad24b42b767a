# Generated from the commands of the command line; `npm run docs` writes it.

#' Serve an app over HTTP.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`); or a
#'   plumber router, or a fitted model.
#' @param background `TRUE`: return at once, with a [penstock_server] object.
#' @param open Whether to show the API documentation when the server is ready.
#' @param host Address of the public server. (default: 127.0.0.1)
#' @param port Port of the public server. 0: any free port. (default: 8000)
#' @param admin_host Address of the admin server (health, metrics, status, dashboard). (default: 127.0.0.1)
#' @param admin_port Port of the admin server. 0: any free port. (default: 9000)
#' @param workers Number of R processes: fixed, a range min..max that follows the load, or auto. (default: auto)
#' @param preload Whether to load the app once and fork the workers from that process. (default: auto)
#' @param model_name Name of the saved model in a folder with only one model. (default: the name of the file or
#'   folder)
#' @param lane How requests are executed: in the direct lane where it gives plumber's answer (auto), or always by
#'   plumber's router. (default: auto)
#' @param idle_timeout Workers above the minimum stop after this idle time. (default: 60s)
#' @param max_worker_requests Replace a worker after this many requests, or up to a fifth more. 0: never.
#'   (default: 0)
#' @param max_worker_memory Replace a worker that uses more memory than this. 0: never. (default: 0)
#' @param worker_memory_limit Kill a worker that uses more memory than this, even during a request. 0: never.
#'   (default: 0)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param reserved_workers Number of workers that slow routes leave free for short requests. 0: none. (default:
#'   auto)
#' @param short_time A request is short if its route takes less than this on average. (default: 500ms)
#' @param interrupt_grace How long R may take to return from an interrupt before its worker is killed and
#'   replaced. (default: 2s)
#' @param rscript Rscript program to run. (default: Rscript)
#' @param timeout Deadline of a request, including its time in the queue. After it, the client gets 504.
#'   (default: 60s)
#' @param queue_limit Maximum number of requests that wait for a worker. More get 503. (default: 10000)
#' @param async_requests Maximum number of requests per worker that wait for a promise. A worker that has so many
#'   gets no more. (default: 1000)
#' @param stream_heartbeat Send a comment to the client of a stream of events that has had none for this long.
#'   0s: never. (default: 15s)
#' @param body_limit Maximum size of a request body. Larger bodies get 413. (default: 100mb)
#' @param body_memory Memory for the bodies of all waiting and running requests. Requests above it get 503.
#'   (default: 512mb)
#' @param body_file_size Write request bodies of at least this size to a temporary file, which R reads when it
#'   uses the body. (default: 16mb)
#' @param body_disk Maximum disk space for temporary files with request bodies. Requests that exceed it get 503.
#'   (default: 1gb)
#' @param response_limit Maximum size of a response body. Larger responses become 500. (default: 100mb)
#' @param response_memory Memory for responses that their clients have not received yet. (default: 512mb)
#' @param cache_limit Memory for cached responses of routes with `@cache`. 0: no caching. (default: 64mb)
#' @param docs Documentation page at /__docs__/ of a plumber API: plumber's or Penstock's. (default: plumber)
#' @param form_json `TRUE`: Parse a body with a form content type as JSON if it is a valid JSON object or array.
#'   `FALSE`: Parse a body with a form content type as a form, even if it is valid JSON.
#' @param repairs Repairs of plumber to switch on, separated by commas. By default, responses are those of
#'   plumber.
#' @param retry_safe `TRUE`: Retry a GET, HEAD or OPTIONS request once on another worker if its worker dies.
#' @param max_connections Maximum number of open connections. More get 503 and are closed. 0: no limit. (default:
#'   10000)
#' @param max_connections_per_client Maximum number of open connections per client: an IPv4 address, or an IPv6
#'   network (/64). More get 429 and are closed. 0: no limit. (default: 0)
#' @param header_limit Maximum size of the request line and headers. Larger ones get 431. (default: 64kb)
#' @param header_timeout How long the request line and headers may take to arrive. (default: 10s)
#' @param body_timeout How long the request body may take to arrive. (default: 60s)
#' @param send_timeout How long a client may take to receive the next 64 KB of a response. After it, Penstock
#'   closes the connection. (default: 60s)
#' @param websocket_ping Interval between pings on open WebSockets; 0 for none. (default: 30s)
#' @param websocket_buffer How much data of one WebSocket may wait for R, and for its client. (default: 1MB)
#' @param keep_alive_timeout How long an idle connection stays open between requests. (default: 75s)
#' @param admin_token_file File with one or more tokens of the admin server, one per line.
#' @param admin_open `TRUE`: Allow other machines to reach the admin server without a token.
#' @param admin_metrics_open `TRUE`: Allow `/metrics` and `/scale` of the admin server without a token.
#' @param tls_cert TLS certificate of the public server (PEM), followed by the intermediate certificates.
#' @param tls_key Private key of the certificate (PEM).
#' @param tls_client_ca Certificate authorities of client certificates (PEM).
#' @param tls_clients Whether clients must have a certificate signed by `tls-client-ca`. (default: required)
#' @param http2 `TRUE`: Use HTTP/2 over TLS with clients that support it. `FALSE`: Use only HTTP/1.1.
#' @param trusted_proxies Addresses and networks of proxies whose forwarding headers are trusted.
#' @param forwarded_header Header in which trusted proxies send the address of the client. (default:
#'   x-forwarded-for)
#' @param drain_delay After the stop signal, report not ready but keep accepting requests for this long.
#'   (default: 0s)
#' @param stream_drain How long streams may go on after a reload or a stop signal, or when their worker is
#'   replaced. (default: 10s)
#' @param shutdown_timeout How long running requests and exit hooks may take to finish when the server stops.
#'   (default: 30s)
#' @param log_format Format of the log. (default: `pretty` on a terminal, otherwise `json`)
#' @param log_level Minimum level of logged messages. (default: info)
#' @param access_log `TRUE`: Log each request. `FALSE`: Do not log requests.
#' @param otlp_endpoint OpenTelemetry collector that receives traces by OTLP over HTTP, such as
#'   http://127.0.0.1:4318. (default: OTEL_EXPORTER_OTLP_ENDPOINT; without either, no traces are sent)
#' @param slow_request Requests that take longer count as slow and are listed on the dashboard. (default: 1s)
#' @param app_version Version of the app, shown in /status and /metrics. (default: `image`, `manifests` and
#'   `deploy` compute it from the app's files)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @return With `background = TRUE` a [penstock_server]. Otherwise nothing, when the server has stopped.
#' @example man/examples/serve.R
#' @export
serve <- function(app = ".", background = FALSE, open = interactive(), host = NULL, port = NULL, admin_host = NULL,
    admin_port = NULL, workers = NULL, preload = NULL, model_name = NULL, lane = NULL, idle_timeout = NULL,
    max_worker_requests = NULL, max_worker_memory = NULL, worker_memory_limit = NULL, load_timeout = NULL,
    reserved_workers = NULL, short_time = NULL, interrupt_grace = NULL, rscript = NULL, timeout = NULL,
    queue_limit = NULL, async_requests = NULL, stream_heartbeat = NULL, body_limit = NULL, body_memory = NULL,
    body_file_size = NULL, body_disk = NULL, response_limit = NULL, response_memory = NULL, cache_limit = NULL,
    docs = NULL, form_json = NULL, repairs = NULL, retry_safe = NULL, max_connections = NULL,
    max_connections_per_client = NULL, header_limit = NULL, header_timeout = NULL, body_timeout = NULL,
    send_timeout = NULL, websocket_ping = NULL, websocket_buffer = NULL, keep_alive_timeout = NULL,
    admin_token_file = NULL, admin_open = NULL, admin_metrics_open = NULL, tls_cert = NULL, tls_key = NULL,
    tls_client_ca = NULL, tls_clients = NULL, http2 = NULL, trusted_proxies = NULL, forwarded_header = NULL,
    drain_delay = NULL, stream_drain = NULL, shutdown_timeout = NULL, log_format = NULL, log_level = NULL,
    access_log = NULL, otlp_endpoint = NULL, slow_request = NULL, app_version = NULL, config = NULL) {
  serve_app(app, call_flags(), background, open, quote_name(substitute(app)))
}

#' Serve an app during development, and reload it when one of its files changes.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param open Whether to show the API documentation when the server is ready.
#' @param host Address of the public server. (default: 127.0.0.1)
#' @param port Port of the public server. 0: any free port. (default: 8000)
#' @param admin_host Address of the admin server (health, metrics, status, dashboard). (default: 127.0.0.1)
#' @param admin_port Port of the admin server. 0: any free port. (default: 9000)
#' @param workers Number of R processes: fixed, a range min..max that follows the load, or auto. (default: auto)
#' @param preload Whether to load the app once and fork the workers from that process. (default: auto)
#' @param lane How requests are executed: in the direct lane where it gives plumber's answer (auto), or always by
#'   plumber's router. (default: auto)
#' @param idle_timeout Workers above the minimum stop after this idle time. (default: 60s)
#' @param max_worker_requests Replace a worker after this many requests, or up to a fifth more. 0: never.
#'   (default: 0)
#' @param max_worker_memory Replace a worker that uses more memory than this. 0: never. (default: 0)
#' @param worker_memory_limit Kill a worker that uses more memory than this, even during a request. 0: never.
#'   (default: 0)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param reserved_workers Number of workers that slow routes leave free for short requests. 0: none. (default:
#'   auto)
#' @param short_time A request is short if its route takes less than this on average. (default: 500ms)
#' @param interrupt_grace How long R may take to return from an interrupt before its worker is killed and
#'   replaced. (default: 2s)
#' @param debug `TRUE`: Run one R process in the terminal, so that browser() and debug() in a handler work.
#' @param rscript Rscript program to run. (default: Rscript)
#' @param timeout Deadline of a request, including its time in the queue. After it, the client gets 504.
#'   (default: 60s)
#' @param queue_limit Maximum number of requests that wait for a worker. More get 503. (default: 10000)
#' @param async_requests Maximum number of requests per worker that wait for a promise. A worker that has so many
#'   gets no more. (default: 1000)
#' @param stream_heartbeat Send a comment to the client of a stream of events that has had none for this long.
#'   0s: never. (default: 15s)
#' @param body_limit Maximum size of a request body. Larger bodies get 413. (default: 100mb)
#' @param body_memory Memory for the bodies of all waiting and running requests. Requests above it get 503.
#'   (default: 512mb)
#' @param body_file_size Write request bodies of at least this size to a temporary file, which R reads when it
#'   uses the body. (default: 16mb)
#' @param body_disk Maximum disk space for temporary files with request bodies. Requests that exceed it get 503.
#'   (default: 1gb)
#' @param response_limit Maximum size of a response body. Larger responses become 500. (default: 100mb)
#' @param response_memory Memory for responses that their clients have not received yet. (default: 512mb)
#' @param cache_limit Memory for cached responses of routes with `@cache`. 0: no caching. (default: 64mb)
#' @param docs Documentation page at /__docs__/ of a plumber API: plumber's or Penstock's. (default: plumber)
#' @param form_json `TRUE`: Parse a body with a form content type as JSON if it is a valid JSON object or array.
#'   `FALSE`: Parse a body with a form content type as a form, even if it is valid JSON.
#' @param repairs Repairs of plumber to switch on, separated by commas. By default, responses are those of
#'   plumber.
#' @param retry_safe `TRUE`: Retry a GET, HEAD or OPTIONS request once on another worker if its worker dies.
#' @param max_connections Maximum number of open connections. More get 503 and are closed. 0: no limit. (default:
#'   10000)
#' @param max_connections_per_client Maximum number of open connections per client: an IPv4 address, or an IPv6
#'   network (/64). More get 429 and are closed. 0: no limit. (default: 0)
#' @param header_limit Maximum size of the request line and headers. Larger ones get 431. (default: 64kb)
#' @param header_timeout How long the request line and headers may take to arrive. (default: 10s)
#' @param body_timeout How long the request body may take to arrive. (default: 60s)
#' @param send_timeout How long a client may take to receive the next 64 KB of a response. After it, Penstock
#'   closes the connection. (default: 60s)
#' @param websocket_ping Interval between pings on open WebSockets; 0 for none. (default: 30s)
#' @param websocket_buffer How much data of one WebSocket may wait for R, and for its client. (default: 1MB)
#' @param keep_alive_timeout How long an idle connection stays open between requests. (default: 75s)
#' @param admin_token_file File with one or more tokens of the admin server, one per line.
#' @param admin_open `TRUE`: Allow other machines to reach the admin server without a token.
#' @param admin_metrics_open `TRUE`: Allow `/metrics` and `/scale` of the admin server without a token.
#' @param tls_cert TLS certificate of the public server (PEM), followed by the intermediate certificates.
#' @param tls_key Private key of the certificate (PEM).
#' @param tls_client_ca Certificate authorities of client certificates (PEM).
#' @param tls_clients Whether clients must have a certificate signed by `tls-client-ca`. (default: required)
#' @param http2 `TRUE`: Use HTTP/2 over TLS with clients that support it. `FALSE`: Use only HTTP/1.1.
#' @param trusted_proxies Addresses and networks of proxies whose forwarding headers are trusted.
#' @param forwarded_header Header in which trusted proxies send the address of the client. (default:
#'   x-forwarded-for)
#' @param drain_delay After the stop signal, report not ready but keep accepting requests for this long.
#'   (default: 0s)
#' @param stream_drain How long streams may go on after a reload or a stop signal, or when their worker is
#'   replaced. (default: 10s)
#' @param shutdown_timeout How long running requests and exit hooks may take to finish when the server stops.
#'   (default: 30s)
#' @param log_format Format of the log. (default: `pretty` on a terminal, otherwise `json`)
#' @param log_level Minimum level of logged messages. (default: info)
#' @param access_log `TRUE`: Log each request. `FALSE`: Do not log requests.
#' @param otlp_endpoint OpenTelemetry collector that receives traces by OTLP over HTTP, such as
#'   http://127.0.0.1:4318. (default: OTEL_EXPORTER_OTLP_ENDPOINT; without either, no traces are sent)
#' @param slow_request Requests that take longer count as slow and are listed on the dashboard. (default: 1s)
#' @param app_version Version of the app, shown in /status and /metrics. (default: `image`, `manifests` and
#'   `deploy` compute it from the app's files)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @return Nothing, when the server has stopped.
#' @example man/examples/dev.R
#' @export
dev <- function(app = ".", open = interactive(), host = NULL, port = NULL, admin_host = NULL, admin_port = NULL,
    workers = NULL, preload = NULL, lane = NULL, idle_timeout = NULL, max_worker_requests = NULL,
    max_worker_memory = NULL, worker_memory_limit = NULL, load_timeout = NULL, reserved_workers = NULL,
    short_time = NULL, interrupt_grace = NULL, debug = NULL, rscript = NULL, timeout = NULL, queue_limit = NULL,
    async_requests = NULL, stream_heartbeat = NULL, body_limit = NULL, body_memory = NULL, body_file_size = NULL,
    body_disk = NULL, response_limit = NULL, response_memory = NULL, cache_limit = NULL, docs = NULL,
    form_json = NULL, repairs = NULL, retry_safe = NULL, max_connections = NULL, max_connections_per_client = NULL,
    header_limit = NULL, header_timeout = NULL, body_timeout = NULL, send_timeout = NULL, websocket_ping = NULL,
    websocket_buffer = NULL, keep_alive_timeout = NULL, admin_token_file = NULL, admin_open = NULL,
    admin_metrics_open = NULL, tls_cert = NULL, tls_key = NULL, tls_client_ca = NULL, tls_clients = NULL,
    http2 = NULL, trusted_proxies = NULL, forwarded_header = NULL, drain_delay = NULL, stream_drain = NULL,
    shutdown_timeout = NULL, log_format = NULL, log_level = NULL, access_log = NULL, otlp_endpoint = NULL,
    slow_request = NULL, app_version = NULL, config = NULL) {
  dev_app(app, call_flags(), open)
}

#' Show the routes of an app, how each is executed, and why.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param lane How requests are executed: in the direct lane where it gives plumber's answer (auto), or always by
#'   plumber's router. (default: auto)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param rscript Rscript program to run. (default: Rscript)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @return Nothing; an error if the command fails.
#' @example man/examples/routes.R
#' @export
routes <- function(app = ".", lane = NULL, load_timeout = NULL, rscript = NULL, config = NULL) {
  run_command("routes", app, call_flags())
}

#' Check what an app needs to run, and how to install what is missing.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param host Address of the public server. (default: 127.0.0.1)
#' @param port Port of the public server. 0: any free port. (default: 8000)
#' @param admin_host Address of the admin server (health, metrics, status, dashboard). (default: 127.0.0.1)
#' @param admin_port Port of the admin server. 0: any free port. (default: 9000)
#' @param workers Number of R processes: fixed, a range min..max that follows the load, or auto. (default: auto)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param rscript Rscript program to run. (default: Rscript)
#' @param admin_token_file File with one or more tokens of the admin server, one per line.
#' @param admin_open `TRUE`: Allow other machines to reach the admin server without a token.
#' @param admin_metrics_open `TRUE`: Allow `/metrics` and `/scale` of the admin server without a token.
#' @param tls_cert TLS certificate of the public server (PEM), followed by the intermediate certificates.
#' @param tls_key Private key of the certificate (PEM).
#' @param tls_client_ca Certificate authorities of client certificates (PEM).
#' @param tls_clients Whether clients must have a certificate signed by `tls-client-ca`. (default: required)
#' @param http2 `TRUE`: Use HTTP/2 over TLS with clients that support it. `FALSE`: Use only HTTP/1.1.
#' @param trusted_proxies Addresses and networks of proxies whose forwarding headers are trusted.
#' @param forwarded_header Header in which trusted proxies send the address of the client. (default:
#'   x-forwarded-for)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @param json `TRUE`: Print the findings as JSON.
#' @param load `FALSE`: Do not load the app, which runs its code.
#' @param production `TRUE`: Also check the configuration for security risks.
#' @return Invisibly, whether everything is there.
#' @example man/examples/doctor.R
#' @export
doctor <- function(app = ".", host = NULL, port = NULL, admin_host = NULL, admin_port = NULL, workers = NULL,
    load_timeout = NULL, rscript = NULL, admin_token_file = NULL, admin_open = NULL, admin_metrics_open = NULL,
    tls_cert = NULL, tls_key = NULL, tls_client_ca = NULL, tls_clients = NULL, http2 = NULL, trusted_proxies = NULL,
    forwarded_header = NULL, config = NULL, json = NULL, load = NULL, production = NULL) {
  run_command("doctor", app, call_flags(), fails = FALSE)
}

#' Load-test a server, or an app that Penstock serves for the test, and report its latency.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param target A URL, a plumber file or folder, or a saved model.
#' @param against Also measure this target, in alternating rounds, and compare.
#' @param connections Number of connections, each with one request at a time.
#' @param duration Duration of each round.
#' @param warmup Duration of the load before the first round, which is not measured.
#' @param rounds Number of rounds (default: 1, or 3 with --against).
#' @param rate Send this many requests per second in total, instead of as many as possible.
#' @param path Path to request, relative to the URL or the app.
#' @param method HTTP method (default: GET, or POST with --body).
#' @param header Request header, for example "Accept: text/csv". Several values are a vector.
#' @param body Request body, or @file.
#' @param report Write a report with charts to this HTML file.
#' @param json `TRUE`: Print the results as JSON.
#' @param workers Number of workers, if the target is an app.
#' @param lane Lane, if the target is an app.
#' @return Nothing; an error if the command fails.
#' @example man/examples/bench.R
#' @export
bench <- function(target, against = NULL, connections = NULL, duration = NULL, warmup = NULL, rounds = NULL,
    rate = NULL, path = NULL, method = NULL, header = NULL, body = NULL, report = NULL, json = NULL, workers = NULL,
    lane = NULL) {
  run_command("bench", target, call_flags())
}

#' Build a container image of an app with docker or podman.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param rscript Rscript program to run. (default: Rscript)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @param write `TRUE`: Write a Dockerfile and a .dockerignore to the app's folder, and do not build.
#' @param lock `TRUE`: First write a renv.lock with the installed package versions. Fails if there is one.
#' @param force `TRUE`: Overwrite an existing Dockerfile, or ignore it when building.
#' @param base Source of R: the rocker/r-ver image of an R version, or Debian packages.
#' @param base_image Base image to use instead of the default.
#' @param node_image Image to copy Node from instead of the default.
#' @param tag Name of the image (default: the app's name and version). Several values are a vector.
#' @param build_arg Build argument for the Dockerfile. Several values are a vector.
#' @param platform Platform to build for, such as linux/arm64 (default: that of this machine).
#' @param secret Secret for the build, such as id=GITHUB_PAT,env=GITHUB_PAT for packages in private repositories.
#'   Several values are a vector.
#' @param engine Build tool (default: docker if its daemon is running, else podman).
#' @param cache `FALSE`: Build all layers without the cache.
#' @param push `TRUE`: Push the image to the registry in its name.
#' @param bundle Also write the image, a Helm chart, manifests and checksums to a folder, for air-gapped sites.
#' @return Nothing; an error if the command fails.
#' @example man/examples/image.R
#' @export
image <- function(app = ".", rscript = NULL, config = NULL, write = NULL, lock = NULL, force = NULL, base = NULL,
    base_image = NULL, node_image = NULL, tag = NULL, build_arg = NULL, platform = NULL, secret = NULL,
    engine = NULL, cache = NULL, push = NULL, bundle = NULL) {
  run_command("image", app, call_flags())
}

#' Print the Kubernetes manifests of an app, or write them to files.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param workers Number of R processes: fixed, a range min..max that follows the load, or auto. (default: auto)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param rscript Rscript program to run. (default: Rscript)
#' @param timeout Deadline of a request, including its time in the queue. After it, the client gets 504.
#'   (default: 60s)
#' @param name Name of the Deployment and of its other Kubernetes objects. (default: name of the app's folder, or
#'   of the model)
#' @param image Image to run. If the name includes a registry, `deploy` pushes the image there. (default: the
#'   app's name and version)
#' @param app_version Version of the app, shown in /status and /metrics. (default: `image`, `manifests` and
#'   `deploy` compute it from the app's files)
#' @param namespace Kubernetes namespace. (default: namespace of kubectl's context, or `default`)
#' @param pods Number of pods: a range min..max for an autoscaler, or a fixed number. (default: 2..10)
#' @param autoscaler What to scale by: CPU usage (requires the metrics server), running and waiting requests
#'   (requires KEDA), or your own autoscaler. (default: cpu)
#' @param memory Memory of a pod. If you set it, the app is not loaded to measure it. (default: measured by
#'   loading the app once)
#' @param cpu CPU request of a pod. (default: 100m per worker, and 100m for the gateway)
#' @param service_type How clients reach the Service: from inside the cluster, through a load balancer, or
#'   through a port of every node. (default: ClusterIP)
#' @param http_route Host name of an HTTPRoute of the Gateway API. Requires --gateway. (default: no route)
#' @param gateway Gateway that the HTTPRoute is attached to. (default: none)
#' @param service_monitor `TRUE`: Create a ServiceMonitor for the Prometheus operator.
#' @param network_policy `TRUE`: Create a NetworkPolicy: only monitoring and the pods of the app reach the admin
#'   port. `FALSE`: Create no NetworkPolicy.
#' @param balancer How requests reach a pod: `none` lets the Service pick one at random; the others look for a
#'   pod with a free worker. (default: none)
#' @param kserve `TRUE`: Create a ServingRuntime, so that KServe can serve saved R models.
#' @param session_secret Secret that holds the key for encrypted sessions. The app reads the key from
#'   SESSION_KEY. (default: none)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @param kustomize Write a Kustomize base with overlays for a local cluster and for production.
#' @param helm Write a Helm chart.
#' @param measure `TRUE`: Only measure the app, and write its sizes to penstock-sizing.json in its folder. Later
#'   runs then need no R.
#' @return Nothing; an error if the command fails.
#' @example man/examples/manifests.R
#' @export
manifests <- function(app = ".", workers = NULL, load_timeout = NULL, rscript = NULL, timeout = NULL, name = NULL,
    image = NULL, app_version = NULL, namespace = NULL, pods = NULL, autoscaler = NULL, memory = NULL, cpu = NULL,
    service_type = NULL, http_route = NULL, gateway = NULL, service_monitor = NULL, network_policy = NULL,
    balancer = NULL, kserve = NULL, session_secret = NULL, config = NULL, kustomize = NULL, helm = NULL,
    measure = NULL) {
  run_command("manifests", app, call_flags())
}

#' Deploy an app to a Kubernetes cluster: build the image, apply the manifests, watch the rollout.
#'
#' Arguments that are `NULL` are not passed: the environment, `penstock.yaml` or the default decides.
#'
#' @param app A plumber file, a folder with `plumber.R` or `entrypoint.R`, or a saved model (`.rds`).
#' @param workers Number of R processes: fixed, a range min..max that follows the load, or auto. (default: auto)
#' @param load_timeout How long a worker may take to start and load the app. (default: 2m)
#' @param rscript Rscript program to run. (default: Rscript)
#' @param timeout Deadline of a request, including its time in the queue. After it, the client gets 504.
#'   (default: 60s)
#' @param name Name of the Deployment and of its other Kubernetes objects. (default: name of the app's folder, or
#'   of the model)
#' @param image Image to run. If the name includes a registry, `deploy` pushes the image there. (default: the
#'   app's name and version)
#' @param app_version Version of the app, shown in /status and /metrics. (default: `image`, `manifests` and
#'   `deploy` compute it from the app's files)
#' @param namespace Kubernetes namespace. (default: namespace of kubectl's context, or `default`)
#' @param context kubectl context to use. (default: the current context)
#' @param kubectl kubectl program to run. (default: kubectl)
#' @param pods Number of pods: a range min..max for an autoscaler, or a fixed number. (default: 2..10)
#' @param autoscaler What to scale by: CPU usage (requires the metrics server), running and waiting requests
#'   (requires KEDA), or your own autoscaler. (default: cpu)
#' @param memory Memory of a pod. If you set it, the app is not loaded to measure it. (default: measured by
#'   loading the app once)
#' @param cpu CPU request of a pod. (default: 100m per worker, and 100m for the gateway)
#' @param service_type How clients reach the Service: from inside the cluster, through a load balancer, or
#'   through a port of every node. (default: ClusterIP)
#' @param http_route Host name of an HTTPRoute of the Gateway API. Requires --gateway. (default: no route)
#' @param gateway Gateway that the HTTPRoute is attached to. (default: none)
#' @param service_monitor `TRUE`: Create a ServiceMonitor for the Prometheus operator.
#' @param network_policy `TRUE`: Create a NetworkPolicy: only monitoring and the pods of the app reach the admin
#'   port. `FALSE`: Create no NetworkPolicy.
#' @param balancer How requests reach a pod: `none` lets the Service pick one at random; the others look for a
#'   pod with a free worker. (default: none)
#' @param kserve `TRUE`: Create a ServingRuntime, so that KServe can serve saved R models.
#' @param session_secret Secret that holds the key for encrypted sessions. The app reads the key from
#'   SESSION_KEY. (default: none)
#' @param config Configuration file. (default: penstock.yaml in the app's folder, in the project above it, or in
#'   the working directory: the first of them)
#' @param dry_run `TRUE`: Let the cluster validate the manifests, without applying them.
#' @param diff `TRUE`: Show what would change in the cluster, without changing it.
#' @param build `FALSE`: Deploy the image named by --image without building it.
#' @param containerd `TRUE`: Load the image into this machine's containerd, for a cluster of only this node.
#' @param canary Deploy a canary that gets this share of the requests, and keep the current version.
#' @param rollout_timeout How long the rollout may make no progress.
#' @param undo_on_timeout `TRUE`: Undo a rollout that makes no progress for this time.
#' @return Nothing; an error if the command fails.
#' @example man/examples/deploy.R
#' @export
deploy <- function(app = ".", workers = NULL, load_timeout = NULL, rscript = NULL, timeout = NULL, name = NULL,
    image = NULL, app_version = NULL, namespace = NULL, context = NULL, kubectl = NULL, pods = NULL,
    autoscaler = NULL, memory = NULL, cpu = NULL, service_type = NULL, http_route = NULL, gateway = NULL,
    service_monitor = NULL, network_policy = NULL, balancer = NULL, kserve = NULL, session_secret = NULL,
    config = NULL, dry_run = NULL, diff = NULL, build = NULL, containerd = NULL, canary = NULL,
    rollout_timeout = NULL, undo_on_timeout = NULL) {
  run_command("deploy", app, call_flags())
}
