# The cache of compiled functions.
home <- new.env(parent = baseenv())
sys.source(file.path("..", "..", "r", "compiled.R"), envir = home, keep.source = FALSE)

is_compiled <- function(f) any(grepl("<bytecode", utils::capture.output(print(f)), fixed = TRUE))

cache_file <- function() file.path(new_folder(), "r")
new_folder <- function() {
  folder <- tempfile("compiled")
  dir.create(folder)
  folder
}

functions <- function() {
  own <- new.env(parent = home)
  own$value <- 1
  own$note <- eval(quote(function(x) x + value), own)
  home$helper <- eval(quote(function(x) x), home)
  list(own = own, plain = own$note, helper = home$helper)
}

test_that("a function that was compiled once is compiled in the next process, in its own environment", {
  file <- cache_file()
  first <- home$compiled_functions(file, FALSE, TRUE, home)
  some <- functions()
  expect_true(is_compiled(first$prepare(some$plain)))
  expect_true(is_compiled(first$prepare(some$helper)))
  first$save()

  again <- home$compiled_functions(file, FALSE, FALSE, home)
  other <- functions()
  other$own$value <- 10
  found <- again$prepare(other$plain)
  expect_true(is_compiled(found))
  expect_identical(environment(found), other$own)
  expect_identical(found(1), 11)
  expect_identical(environment(again$prepare(other$helper)), home)
})

test_that("an entry that is not of this function is not used", {
  file <- cache_file()
  first <- home$compiled_functions(file, FALSE, TRUE, home)
  first$prepare(function(x) x + 1)
  first$save()
  again <- home$compiled_functions(file, FALSE, FALSE, home)
  changed <- function(x) x + 2
  expect_identical(again$prepare(changed), changed)
  expect_identical(again$prepare(changed)(1), 3)
})

test_that("a broken file, another engine's file and a folder that is missing cost nothing but the time to compile", {
  file <- cache_file()
  f <- function(x) x
  stored <- function(models) paste(file, if (models) "models" else "plumber", getRversion(), sep = "-")
  writeLines("no data of R", paste0(stored(FALSE), "-", R.version$platform, ".rds"))
  broken <- home$compiled_functions(file, FALSE, TRUE, home)
  expect_true(is_compiled(broken$prepare(f)))
  broken$save()
  expect_true(is_compiled(home$compiled_functions(file, FALSE, FALSE, home)$prepare(f)))
  expect_false(file.exists(paste0(stored(TRUE), "-", R.version$platform, ".rds")))
  missing <- home$compiled_functions(file.path(dirname(file), "no", "folder"), FALSE, TRUE, home)
  expect_true(is_compiled(missing$prepare(f)))
  expect_silent(missing$save())
  expect_true(is_compiled(home$compiled_functions("", FALSE, TRUE, home)$prepare(f)))
})
