# Saves the same value in each compression: Rscript save-rds.R FOLDER
folder <- commandArgs(trailingOnly = TRUE)[1L]
value <- list(name = "saved", numbers = as.numeric(1:2000), cars = datasets::mtcars)
for (compression in c("gzip", "bzip2", "xz")) saveRDS(value, file.path(folder, compression), compress = compression)
saveRDS(value, file.path(folder, "none"), compress = FALSE)
saveRDS(value, file.path(folder, "ascii"), ascii = TRUE, version = 2L)
