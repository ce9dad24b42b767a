# Reads frames with the worker's reader from COUNT connections, one after another:
# Rscript read-frames.R FRAMES PORT COUNT
arguments <- commandArgs(trailingOnly = TRUE)
for (file in c("protocol.R", "internals.R")) source(file.path(dirname(arguments[1]), file))
source(arguments[1])
for (i in seq_len(as.integer(arguments[3]))) {
  con <- connect_gateway(as.integer(arguments[2]))
  read <- character()
  end <- tryCatch({
    repeat {
      frame <- read_frame(con)
      if (is.null(frame)) break
      read <- c(read, paste(frame$type, frame$id, length(frame$payload)))
    }
    "end"
  }, error = function(e) "error")
  close(con)
  cat(paste(c(read, end), collapse = ","), "\n", sep = "")
}
