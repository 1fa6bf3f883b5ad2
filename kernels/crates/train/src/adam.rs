//! AdamW (Loshchilov and Hutter, 2019): Adam with weight decay apart from the gradient.

use kernels::{Error, Result};

use crate::parameters::Slice;
use crate::real::{dot, Real};

/// Values whose squares are summed before they join the total.
const NORM_BLOCK: usize = 4096;

/// What a step of the optimizer goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Learning rate.
    pub learning_rate: f64,
    /// Share of the old in the mean of gradients.
    pub beta1: f64,
    /// Share of the old in the mean of their squares.
    pub beta2: f64,
    /// Added to the root of that mean.
    pub epsilon: f64,
    /// Share of a weight that a step at learning rate 1 would take away.
    pub weight_decay: f64,
    /// Largest Euclidean norm of the gradient: a longer one is shortened to it. Infinity for none.
    pub clip: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            clip: f64::INFINITY,
        }
    }
}

impl Rates {
    fn check(&self) -> Result<()> {
        let within = |value: f64| (0.0..1.0).contains(&value);
        let fine = self.learning_rate.is_finite()
            && self.learning_rate >= 0.0
            && within(self.beta1)
            && within(self.beta2)
            && self.epsilon.is_finite()
            && self.epsilon > 0.0
            && self.weight_decay.is_finite()
            && self.weight_decay >= 0.0
            && self.clip > 0.0;
        if fine {
            return Ok(());
        }
        Err(Error::range(
            "The rates of the optimizer are out of range. Learning rate and weight decay are 0 or more, both betas from 0 to below 1, epsilon and clip above 0.",
        ))
    }
}

/// The optimizer's memory.
pub struct Adam<T> {
    /// Means of gradients.
    pub first: Vec<T>,
    /// Means of their squares.
    pub second: Vec<T>,
    steps: u32,
}

impl<T: Real> Adam<T> {
    /// Before the first step.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn new(count: usize) -> Result<Self> {
        Ok(Self {
            first: zeros(count)?,
            second: zeros(count)?,
            steps: 0,
        })
    }

    /// Steps done.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Goes on where another training was. The lengths are ours.
    pub fn resume(&mut self, first: &[T], second: &[T], steps: u32) {
        self.first.copy_from_slice(first);
        self.second.copy_from_slice(second);
        self.steps = steps;
    }

    /// Moves the values along the gradient; returns the gradient's norm before it was shortened.
    ///
    /// # Errors
    /// [`Error::Range`] for rates out of range, and for a gradient that is not finite: nothing has changed then.
    pub fn step(&mut self, slices: &[Slice], values: &mut [T], gradient: &[T], rates: &Rates) -> Result<f64> {
        rates.check()?;
        let norm = norm(gradient);
        if !norm.is_finite() {
            return Err(Error::range(
                "The gradient is not finite. Lower the learning rate, clip the gradient, or look for weights that are not finite.",
            ));
        }
        let factor = T::of(if norm > rates.clip { rates.clip / norm } else { 1.0 });
        self.steps = self.steps.saturating_add(1);
        let [first_weight, second_weight] =
            [rates.beta1, rates.beta2].map(|beta| 1.0 - power(beta, self.steps));
        let second_root = T::of(second_weight.sqrt());
        let (beta1, beta2) = (T::of(rates.beta1), T::of(rates.beta2));
        let (new1, new2) = (T::of(1.0 - rates.beta1), T::of(1.0 - rates.beta2));
        let epsilon = T::of(rates.epsilon);
        for slice in slices {
            let rate = rates.learning_rate * f64::from(slice.rate);
            let decay = if slice.decays { rates.weight_decay } else { 0.0 };
            let (kept, rate) = (T::of(1.0 - rate * decay), T::of(rate / first_weight));
            let range = slice.range();
            let first = &mut self.first[range.clone()];
            let second = &mut self.second[range.clone()];
            for (((value, &gradient), first), second) in values[range.clone()]
                .iter_mut()
                .zip(&gradient[range])
                .zip(first)
                .zip(second)
            {
                let gradient = gradient * factor;
                *first = *first * beta1 + gradient * new1;
                *second = *second * beta2 + gradient * gradient * new2;
                let scale = second.root() / second_root + epsilon;
                *value = *value * kept - rate * (*first / scale);
            }
        }
        Ok(norm)
    }
}

/// `base^exponent` by squaring: the library's own may differ between builds.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power *= base;
        }
        base *= base;
        exponent /= 2;
    }
    power
}

fn zeros<T: Real>(count: usize) -> Result<Vec<T>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(count).map_err(|_| {
        Error::range(format!(
            "Not enough memory for the moments of {count} numbers. Choose a smaller model, or train less of it."
        ))
    })?;
    zeros.resize(count, T::ZERO);
    Ok(zeros)
}

/// The Euclidean norm, summed in a fixed order.
fn norm<T: Real>(gradient: &[T]) -> f64 {
    let squares: f64 = gradient
        .chunks(NORM_BLOCK)
        .map(|block| dot(block, block).wide())
        .sum();
    squares.sqrt()
}
