# The effects are drawn first, then the errors of all rows, group after group
set.seed(7)
n <- rep(8, 6)
true_mean <- -3 + rep(0, 6)
y <- rep(true_mean, n)
names(true_mean) <- paste0("g", seq_along(n))
g <- rep(names(true_mean), n)

g <- factor(g, levels = sort(unique(g), method = "radix"))
cat(length(y), "rows in", nlevels(g), "groups\n")

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
# In blupboard: mu -3, sigma_group 0, sigma_error 0
# Note: All values are equal: there is nothing to shrink, and weights and the ICC do not exist.
keep("reml", local({
  # All values are equal
  estimate <- rep(y[1], nlevels(g))
  mu <- y[1]
  std_error <- mu_std_error <- sigma_group <- sigma_error <- 0
  environment()
}))

# ML BLUP
# In blupboard: mu -3, sigma_group 0, sigma_error 0
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
# In blupboard: mu -3
keep("grand_mean", local({
  mu <- mean(y)
  estimate <- rep(mu, nlevels(g))
  weight <- 0
  df <- length(y) - 1
  std_error <- mu_std_error <- sd(y) / sqrt(length(y))
  environment()
}))

tidy$true_mean <- unname(true_mean[tidy$group])

options(width = 160)
print(tidy, row.names = FALSE)
print(parameters, row.names = FALSE)

# Root mean squared distance from the true means in this one draw: the closest first
off <- (tidy$estimate - tidy$true_mean)^2
print(sort(sqrt(tapply(off, tidy$estimator, mean))))
