# A page that shows an answer word by word, as pages of language models do. The words come from a generator of coro.
# With ellmer, the handler would return `ellmer::chat_openai()$stream_async(question)` instead.

page <- paste(readLines("page.html", encoding = "UTF-8"), collapse = "\n")

#* The page.
#* @get /
#* @serializer html
function() page

#* Writes an answer. The last event, `done`, tells the page to close the connection.
#* @get /answer
#* @param question Any text.
#* @serializer sse
function(question = "What is a penstock?") {
  text <- paste(
    "You asked:", question, "A penstock brings water under pressure from one intake to a row of turbines.",
    "This one brings requests from one address to a row of R processes."
  )
  words <- strsplit(text, "(?<= )", perl = TRUE)[[1L]]
  coro::async_generator(function() {
    for (word in words) {
      yield(list(event = "word", data = list(text = word)))
      await(coro::async_sleep(0.05))
    }
    yield(list(event = "done", data = list(words = length(words))))
  })()
}
