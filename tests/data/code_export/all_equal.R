rows <- read.csv(
  "scores.csv", colClasses = "character", check.names = FALSE, na.strings = character(), encoding = "UTF-8"
)
y <- as.numeric(rows[["score"]])
g <- enc2utf8(rows[["school"]])
g <- factor(g, levels = sort(unique(g), method = "radix"))
# The same rows as in blupboard? To go on with other rows, take this check away
stopifnot(length(y) == 8, nlevels(g) == 4, abs(mean(y) - 7) <= 1e-8 * mean(abs(y)))

level <- 0.95
# What a method found becomes rows of two tables; NA is what it does not have
tidy <- parameters <- NULL
keep <- function(estimator, found) {
  number <- function(name, absent = NA_real_) if (is.null(found[[name]])) absent else found[[name]]
  half <- qt((1 + level) / 2, number("df", Inf)) * number("std_error")
  tidy <<- rbind(tidy, data.frame(
    estimator, group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean)),
    estimate = found$estimate, std_error = number("std_error"),
    conf_low = number("conf_low", found$estimate - half),
    conf_high = number("conf_high", found$estimate + half),
    weight = number("weight")
  ))
  parameters <<- rbind(parameters, data.frame(
    estimator, mu = number("mu"), mu_std_error = number("mu_std_error"),
    sigma_group = number("sigma_group"), sigma_error = number("sigma_error"), icc = number("icc")
  ))
}

# Level means (OLS)
# In blupboard: sigma_error 0
keep("ols", local({
  estimate <- unname(coef(lm(y ~ 0 + g)))
  df <- length(y) - nlevels(g)
  sigma_error <- sqrt(sum((y - ave(y, g))^2) / df)
  std_error <- sigma_error / sqrt(as.vector(table(g)))
  weight <- 1
  environment()
}))

# REML BLUP
# In blupboard: mu 7, sigma_group 0, sigma_error 0
# Note: All values are equal: there is nothing to shrink, and weights and the ICC do not exist.
keep("reml", local({
  # All values are equal
  estimate <- rep(y[1], nlevels(g))
  mu <- y[1]
  std_error <- mu_std_error <- sigma_group <- sigma_error <- 0
  environment()
}))

# ML BLUP
# In blupboard: mu 7, sigma_group 0, sigma_error 0
# Note: All values are equal: there is nothing to shrink, and weights and the ICC do not exist.
keep("ml", local({
  # All values are equal
  estimate <- rep(y[1], nlevels(g))
  mu <- y[1]
  std_error <- mu_std_error <- sigma_group <- sigma_error <- 0
  environment()
}))

# James–Stein
# In blupboard: sigma_error 0
# Note: All values are equal: there is nothing to shrink, and weights and the ICC do not exist.
keep("james_stein", local({
  estimate <- rep(y[1], nlevels(g))
  sigma_error <- 0
  environment()
}))

# Grand mean
# In blupboard: mu 7
keep("grand_mean", local({
  mu <- mean(y)
  estimate <- rep(mu, nlevels(g))
  weight <- 0
  df <- length(y) - 1
  std_error <- mu_std_error <- sd(y) / sqrt(length(y))
  environment()
}))

options(width = 160)
print(tidy, row.names = FALSE)
print(parameters, row.names = FALSE)
