# Values of n items with what R itself takes of them: list(value, n, from, to, part) each; part NULL where it is to be
# indivisible.
args <- commandArgs(TRUE)

cars <- data.frame(n = c(1.5, NA, 3, 4), i = 1:4, s = c("a", NA, "\u00e9", "d"), stringsAsFactors = FALSE)
cars$f <- factor(c("x", "y", "x", NA), levels = c("y", "x"))
cars$when <- as.Date("2026-01-01") + 0:3
cars$at <- as.POSIXct("2026-01-01", tz = "UTC") + 0:3
named_rows <- cars
rownames(named_rows) <- c("one", "two", "three", "four")
matrix_of <- function(x) matrix(x, 4L, dimnames = list(NULL, c("p", "q")))

by_element <- list(
  c(1.5, NA, 3, 1e10), 1:4, c(TRUE, NA, FALSE, TRUE), c("a", NA, "\u00e9", "d"), cars$f, cars$when, cars$at,
  c(a = 1, b = 2, c = 3, d = 4), list(1, "b", NULL, list(x = 1)), factor(1:4, ordered = TRUE),
  list(a = 1, b = 1:2, c = "x", d = NULL)
)
by_row <- list(cars, named_rows, matrix_of(1:8), matrix_of(letters[1:8]), matrix(c(0.5, 1:7), 4L),
               structure(matrix_of(1:8 > 3), dimnames = list(letters[1:4], c("p", "q"))))
by_column <- list(
  list(x = 1:4, y = c("a", "b", "c", "d")),
  list(prediction = cars$f, probability = matrix_of(1:8 / 10), rows = cars)
)
indivisible <- list(1:3, NULL, list(1, 2), matrix(1:9, 3L), cars[1:3, ], list(x = 1:4, y = 1), sum, quote(a + b),
                    list(w = 1:4, x = 1:4, y = 1:4, z = 1:4), array(1:8, c(4L, 2L, 1L)), as.POSIXlt(cars$at))

ranges <- list(c(1L, 1L), c(2L, 3L), c(1L, 4L), c(4L, 4L))
part <- function(x, from, to) if (length(dim(x)) == 2L) x[from:to, , drop = FALSE] else x[from:to]
cases <- list()
add <- function(value, range, expected) {
  cases[[length(cases) + 1L]] <<- list(value, 4L, range[1L] - 1L, range[2L], expected)
}
for (range in ranges) {
  for (value in c(by_element, by_row)) add(value, range, list(part(value, range[1L], range[2L])))
  for (value in by_column) add(value, range, list(lapply(value, part, range[1L], range[2L])))
}
for (value in indivisible) add(value, c(1L, 1L), NULL)
saveRDS(cases, args[1L], compress = FALSE)
