rows <- read.csv(
  "scores.csv", colClasses = "character", check.names = FALSE, na.strings = character(), encoding = "UTF-8"
)
# What is not a number (blank, NA, other words) is left out, as is a row without a group
text <- trimws(rows[["score"]], whitespace = "[\\h\\v]")
readable <- grepl("^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$", text)
y <- rep(NA_real_, length(text))
y[readable] <- as.numeric(text[readable])
g <- enc2utf8(rows[["school"]])

usable <- is.finite(y) & grepl("[^[:space:]]", g)
y <- y[usable]
g <- factor(g[usable], levels = sort(unique(g[usable]), method = "radix"))
# In blupboard: 2 of 2 rows in 1 groups
cat(length(y), "of", length(usable), "rows in", nlevels(g), "groups\n")

result <- data.frame(
  group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean))
)

# Level means (OLS)
result[["ols"]] <- local({
  # lm(y ~ 0 + g) has these as its coefficients, but needs two groups and a column for each
  estimate <- as.vector(tapply(y, g, mean))
  estimate
})

# REML BLUP: left out, needs at least 2 groups to tell how much groups differ

# ML BLUP: left out, needs at least 2 groups to tell how much groups differ

# James–Stein: left out, needs at least 4 groups

# Grand mean
result[["grand_mean"]] <- local({
  estimate <- rep(mean(y), nlevels(g))
  estimate
})

print(result, row.names = FALSE)
