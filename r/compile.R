# Rscript compile.R FILE: makes the files of compiled.R, for an image whose workers can't write them.
local({
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
  start <- new.env(parent = baseenv())
  for (file in c("compiled.R", "sources.R")) sys.source(file.path(folder, file), envir = start, keep.source = FALSE)
  file <- commandArgs(TRUE)[[1L]]
  worker <- start$worker_functions(folder, file, keeps = TRUE)
  if (requireNamespace("plumber", quietly = TRUE)) {
    compiled <- worker$compiled_functions(file, TRUE, worker)
    worker$speed_up_router(compiled$prepare)
    compiled$save()
  }
})
