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
  first <- home$compiled_functions(file, TRUE, home)
  some <- functions()
  expect_true(is_compiled(first$prepare(some$plain)))
  expect_true(is_compiled(first$prepare(some$helper)))
  first$save()

  again <- home$compiled_functions(file, FALSE, home)
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
  first <- home$compiled_functions(file, TRUE, home)
  first$prepare(function(x) x + 1)
  first$save()
  again <- home$compiled_functions(file, FALSE, home)
  changed <- function(x) x + 2
  expect_identical(again$prepare(changed), changed)
  expect_identical(again$prepare(changed)(1), 3)
})

test_that("a broken file and a folder that is missing cost nothing but the time to compile", {
  file <- cache_file()
  f <- function(x) x
  writeLines("no data of R", home$kept_file(file, "plumber"))
  broken <- home$compiled_functions(file, TRUE, home)
  expect_true(is_compiled(broken$prepare(f)))
  broken$save()
  expect_true(is_compiled(home$compiled_functions(file, FALSE, home)$prepare(f)))
  missing <- home$compiled_functions(file.path(dirname(file), "no", "folder"), TRUE, home)
  expect_true(is_compiled(missing$prepare(f)))
  expect_silent(missing$save())
  expect_true(is_compiled(home$compiled_functions("", TRUE, home)$prepare(f)))
})

test_that("a worker's functions are kept compiled, and are those of the sources", {
  sys.source(file.path("..", "..", "r", "sources.R"), envir = home, keep.source = FALSE)
  folder <- file.path("..", "..", "r")
  file <- cache_file()
  read <- home$worker_functions(folder, file, keeps = FALSE)
  expect_false(file.exists(home$kept_file(file, "worker")))
  home$worker_functions(folder, file, keeps = TRUE)
  kept <- home$worker_functions(folder, file, keeps = FALSE)
  expect_setequal(ls(kept), ls(read))
  functions <- Filter(is.function, as.list(kept))
  for (name in names(functions)) {
    same <- identical(functions[[name]], read[[name]], ignore.environment = TRUE, ignore.bytecode = TRUE)
    expect_true(same, info = name)
  }
  expect_true(is_compiled(kept$read_frame))
  expect_identical(environment(kept$read_frame), kept)
  writeLines("no data of R", home$kept_file(file, "worker"))
  expect_setequal(ls(home$worker_functions(folder, file, keeps = FALSE)), ls(read))
})
