# Needs the package lme4: install.packages("lme4")
# The effects are drawn first, then the errors of all rows, group after group
set.seed(-2147483647)
n <- c(5, 5, 20, 1)
true_mean <- -3 + 2.5 * rnorm(4)
y <- rep(true_mean, n) + rnorm(sum(n), 0, 1.25)
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
# In blupboard: sigma_error 1.24022
keep("ols", local({
  estimate <- unname(coef(lm(y ~ 0 + g)))
  df <- length(y) - nlevels(g)
  sigma_error <- sqrt(sum((y - ave(y, g))^2) / df)
  std_error <- sigma_error / sqrt(as.vector(table(g)))
  weight <- 1
  environment()
}))

# REML BLUP
# In blupboard: mu -1.33377, sigma_group 3.89175, sigma_error 1.2389, icc 0.907985
keep("reml", local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = TRUE, control = closer)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  mu <- lme4::fixef(model)[["(Intercept)"]]
  mu_std_error <- sqrt(as.matrix(vcov(model))[1, 1])
  sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
  sigma_error <- sigma(model)
  icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
  n <- as.vector(table(g))
  weight <- n * sigma_group^2 / (n * sigma_group^2 + sigma_error^2)
  # Second order (Prasad and Rao 1990): allows for mu (g2) and both spreads (g3) having been estimated
  A <- sigma_group^2
  s <- sigma_error^2
  D <- n * A + s
  W <- sum(n / D)
  AA <- sum(n^2 / D^2) - 2 * sum(n^3 / D^3) / W + (sum(n^2 / D^2) / W)^2
  As <- sum(n / D^2) - 2 * sum(n^2 / D^3) / W + sum(n^2 / D^2) * sum(n / D^2) / W^2
  ss <- (length(y) - nlevels(g)) / s^2 + sum(1 / D^2) - 2 * sum(n / D^3) / W + (sum(n / D^2) / W)^2
  V <- 2 * solve(matrix(c(AA, As, As, ss), 2))
  g1 <- A * s / D
  g2 <- (s / D)^2 / W
  g3 <- n / D^3 * (s^2 * V[1, 1] + A^2 * V[2, 2] - 2 * A * s * V[1, 2])
  mse <- g1 + g2 + 2 * g3
  std_error <- sqrt(ifelse(mse > 0, mse, NA))
  df <- length(y) - nlevels(g)
  environment()
}))

# ML BLUP
# In blupboard: mu -1.31489, sigma_group 3.37089, sigma_error 1.23797, icc 0.881155
keep("ml", local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = FALSE, control = closer)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  mu <- lme4::fixef(model)[["(Intercept)"]]
  mu_std_error <- sqrt(as.matrix(vcov(model))[1, 1])
  sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
  sigma_error <- sigma(model)
  icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
  n <- as.vector(table(g))
  weight <- n * sigma_group^2 / (n * sigma_group^2 + sigma_error^2)
  # Second order (Prasad and Rao 1990): allows for mu (g2) and both spreads (g3) having been estimated
  A <- sigma_group^2
  s <- sigma_error^2
  D <- n * A + s
  W <- sum(n / D)
  AA <- sum(n^2 / D^2)
  As <- sum(n / D^2)
  ss <- (length(y) - nlevels(g)) / s^2 + sum(1 / D^2)
  V <- 2 * solve(matrix(c(AA, As, As, ss), 2))
  g1 <- A * s / D
  g2 <- (s / D)^2 / W
  g3 <- n / D^3 * (s^2 * V[1, 1] + A^2 * V[2, 2] - 2 * A * s * V[1, 2])
  mse <- g1 + g2 + 2 * g3
  # ML takes the spreads for a little small, which moves g1
  moved <- -V %*% c(sum(n^2 / D^2), sum(n / D^2)) / (2 * W)
  mse <- mse - (s^2 * moved[1] + n * A^2 * moved[2]) / D^2
  std_error <- sqrt(ifelse(mse > 0, mse, NA))
  df <- length(y) - nlevels(g)
  environment()
}))

# James–Stein
# In blupboard: sigma_error 1.24022
keep("james_stein", local({
  n <- as.vector(table(g))
  means <- as.vector(tapply(y, g, mean))
  rows_within <- length(y) - nlevels(g)
  pooled <- sum((y - means[g])^2) / rows_within
  center <- mean(y)
  spread <- sum(n * (means - center)^2)
  bound <- (nlevels(g) - 3) * rows_within / (rows_within + 2) * pooled
  weight <- if (spread <= bound) 0 else 1 - bound / spread
  estimate <- center + weight * (means - center)
  sigma_error <- sqrt(pooled)
  environment()
}))

# Grand mean
# In blupboard: mu 1.67274
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
