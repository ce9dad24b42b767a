\dontrun{
serve("plumber.R")
serve("plumber.R", workers = 4, port = 8080)
serve(lm(mpg ~ wt, mtcars))

server <- serve("plumber.R", background = TRUE)
server$stop()
}
