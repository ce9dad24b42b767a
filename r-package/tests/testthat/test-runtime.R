test_that("the runtime is an executable that the environment names, or Node.js", {
  withr::local_envvar(PENSTOCK_EXECUTABLE = "/no/such/file")
  expect_error(find_runtime(), "PENSTOCK_EXECUTABLE names /no/such/file, which does not exist")
  withr::local_envvar(PENSTOCK_EXECUTABLE = "", PENSTOCK_NODE = R.home("bin"))
  expect_error(find_node(), "PENSTOCK_NODE names .*, which is not Node.js")
})

test_that("the newest Node.js of a version manager comes first", {
  paths <- c("/h/.nvm/versions/node/v8.9.0/bin/node", "/h/.nvm/versions/node/v22.1.0/bin/node")
  expect_equal(newest_first(paths), rev(paths))
  expect_equal(newest_first(character()), character())
})

test_that("an executable is installed only with consent, and only if it is what it should be", {
  withr::local_envvar(R_USER_DATA_DIR = withr::local_tempdir(), PENSTOCK_RUNTIME_SOURCE = "")
  expect_error(install_runtime(), "`source` must name")
  expect_error(install_runtime("some-file"), "ask = FALSE")
  source <- withr::local_tempfile(lines = c("#!/bin/sh", "echo 99.0.0"))
  expect_error(install_runtime(source, ask = FALSE), "`sha256` is needed")
  expect_error(install_runtime(source, sha256 = "abc", ask = FALSE), "checksum")
  skip_on_os("windows")
  sha256 <- digest::digest(file = source, algo = "sha256")
  expect_error(install_runtime(source, sha256, ask = FALSE), "is version 99.0.0")
  writeLines(c("#!/bin/sh", paste("echo", package_version())), source)
  writeLines(paste0(digest::digest(file = source, algo = "sha256"), "  penstock"), paste0(source, ".sha256"))
  expect_message(installed <- install_runtime(source, ask = FALSE), "Installed")
  expect_equal(find_runtime(), installed)
})
