# Needs the package lme4: install.packages("lme4")
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
# In blupboard: 12 of 12 rows in 4 groups
cat(length(y), "of", length(usable), "rows in", nlevels(g), "groups\n")

result <- data.frame(
  group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean))
)

# Level means (OLS)
result[["ols"]] <- local({
  estimate <- unname(coef(lm(y ~ 0 + g)))
  estimate
})

# REML BLUP
# Note: Rows do not vary within any group, so every group's mean is taken at its word. This is the
#   limit of the method; there is no criterion.
result[["reml"]] <- local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = TRUE)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  estimate
})

# ML BLUP
# Note: Rows do not vary within any group, so every group's mean is taken at its word. This is the
#   limit of the method; there is no criterion.
result[["ml"]] <- local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = FALSE)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  estimate
})

# James–Stein
# Note: Rows do not vary within any group, so every group's mean is taken at its word. This is the
#   limit of the method; there is no criterion.
result[["james_stein"]] <- local({
  n <- as.vector(table(g))
  means <- as.vector(tapply(y, g, mean))
  df <- length(y) - nlevels(g)
  pooled <- sum((y - means[g])^2) / df
  center <- mean(y)
  spread <- sum(n * (means - center)^2)
  bound <- (nlevels(g) - 3) * df / (df + 2) * pooled
  weight <- if (spread <= bound) 0 else 1 - bound / spread
  estimate <- center + weight * (means - center)
  estimate
})

# Grand mean
result[["grand_mean"]] <- local({
  estimate <- rep(mean(y), nlevels(g))
  estimate
})

print(result, row.names = FALSE)
