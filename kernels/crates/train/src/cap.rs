//! Factors and soft caps on scores and logits, and their gradients.

use kernels::reference::description::Model;

use crate::real::Real;

/// `x` becomes `scale * x`, then `cap * tanh(x / cap)` where there is a cap.
#[derive(Clone, Copy)]
pub struct Finish {
    pub scale: f32,
    pub cap: Option<f32>,
}

/// Elements whose exponentials are taken together.
const BLOCK: usize = 256;

impl Finish {
    /// What becomes of a model's logits behind its head.
    pub fn of(model: &Model) -> Self {
        Self {
            scale: model.logit_scale,
            cap: model.logit_cap,
        }
    }

    /// Applies both in place.
    pub fn forward<T: Real>(&self, x: &mut [T]) {
        crate::real::scale(x, self.scale);
        let Some(cap) = self.cap else {
            return;
        };
        let (cap, inverse) = (T::of(f64::from(cap)), T::of(2.0 / f64::from(cap)));
        let mut exponentials = [T::ZERO; BLOCK];
        for x in x.chunks_mut(BLOCK) {
            // tanh(y) = 1 - 2 / (1 + e^2y); beyond 40 it is 1 to the last bit.
            let e = &mut exponentials[..x.len()];
            for (e, &x) in e.iter_mut().zip(&*x) {
                let twice = x * inverse;
                *e = if twice > T::of(80.0) { T::of(80.0) } else { twice };
            }
            T::exponentiate(e);
            for (x, &e) in x.iter_mut().zip(&*e) {
                *x = cap * (T::ONE - T::of(2.0) / (T::ONE + e));
            }
        }
    }

    /// Turns the gradient of what [`Self::forward`] gave into that of what it was given.
    pub fn backward<T: Real>(&self, y: &[T], dy: &mut [T]) {
        if let Some(cap) = self.cap {
            let inverse = T::of(1.0 / f64::from(cap));
            for (dy, &y) in dy.iter_mut().zip(y) {
                let tangent = y * inverse;
                *dy *= T::ONE - tangent * tangent;
            }
        }
        crate::real::scale(dy, self.scale);
    }
}
