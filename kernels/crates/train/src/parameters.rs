//! The numbers of a model: what is trained lies in one flat vector, in the order of the tensors, and the gradient and the
//! optimizer's moments in vectors of the same order.

use kernels::reference::description::TensorId;
use kernels::Result;

use crate::activation::Input;
use crate::grid::{Follow, Grid};
use crate::product::Workspace;
use crate::real::Real;

/// What a run of trained numbers is to its tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its elements.
    Values,
    /// The scales of its grid.
    Scales,
    /// The minimums of its grid.
    Minimums,
}

/// A run of trained numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// The tensor's name.
    pub name: String,
    /// What it is to the tensor.
    pub part: Part,
    /// Where it begins in the flat vector.
    pub begin: usize,
    /// Numbers.
    pub length: usize,
    /// Whether weight decay applies: it does to the elements of matrices.
    pub decays: bool,
    /// Factor on the learning rate.
    pub rate: f32,
}

impl Slice {
    /// Its numbers in the flat vector.
    pub fn range(&self) -> core::ops::Range<usize> {
        self.begin..self.begin + self.length
    }
}

/// Where the numbers of a tensor are.
pub enum Storage<T> {
    /// In the flat vector, from here.
    Trained(usize),
    /// Here, and not trained.
    Frozen(Vec<T>),
    /// On a grid.
    Grid(GridStorage<T>),
}

/// A tensor on a grid: starts in the flat vector, codes, and the weights that they stand for now.
pub struct GridStorage<T> {
    pub grid: Grid,
    pub codes: Vec<i8>,
    pub scales: core::ops::Range<usize>,
    pub minimums: core::ops::Range<usize>,
    /// Where the weights or places are that the codes follow.
    pub follows: Option<usize>,
    pub weights: Vec<T>,
}

/// A tensor of the model.
pub struct Tensor<T> {
    pub rows: usize,
    pub cols: usize,
    /// How what is multiplied with it is quantized.
    pub input: Input,
    pub storage: Storage<T>,
}

/// All numbers.
pub struct Parameters<T> {
    pub tensors: Vec<Tensor<T>>,
    /// The flat vector.
    pub values: Vec<T>,
    pub slices: Vec<Slice>,
}

impl<T: Real> Parameters<T> {
    /// A tensor's elements as products use them.
    pub fn get(&self, id: TensorId) -> &[T] {
        let tensor = &self.tensors[id];
        match &tensor.storage {
            Storage::Trained(begin) => &self.values[*begin..][..tensor.rows * tensor.cols],
            Storage::Frozen(values) => values,
            Storage::Grid(grid) => &grid.weights,
        }
    }

    /// Takes over what changed in the flat vector: scales stay at or above zero, as a package needs them, codes follow
    /// their weights, and weights their codes.
    pub fn refresh(&mut self) {
        for tensor in &mut self.tensors {
            let Storage::Grid(storage) = &mut tensor.storage else {
                continue;
            };
            let shape = [tensor.rows, tensor.cols];
            for scale in &mut self.values[storage.scales.clone()] {
                if *scale < T::ZERO {
                    *scale = T::ZERO;
                }
            }
            if let (Some(begin), Follow::Places) = (storage.follows, storage.grid.follows) {
                storage
                    .grid
                    .limit(&mut self.values[begin..][..shape[0] * shape[1]]);
            }
            let scales = &self.values[storage.scales.clone()];
            let minimums = &self.values[storage.minimums.clone()];
            if let Some(begin) = storage.follows {
                let weights = &self.values[begin..][..shape[0] * shape[1]];
                storage
                    .grid
                    .follow(shape, weights, (scales, minimums), &mut storage.codes);
            }
            let grid = storage.grid;
            grid.expand(shape, &storage.codes, (scales, minimums), &mut storage.weights);
        }
    }

    /// Adds to the gradient of a tensor: `add` gets its elements, to which it adds.
    ///
    /// # Errors
    /// [`kernels::Error::Range`] where the memory is exhausted.
    pub fn add_gradient(
        &self,
        workspace: &mut Workspace<T>,
        id: TensorId,
        gradient: &mut [T],
        add: impl FnOnce(&mut Workspace<T>, &mut [T]) -> Result<()>,
    ) -> Result<()> {
        let tensor = &self.tensors[id];
        let count = tensor.rows * tensor.cols;
        match &tensor.storage {
            Storage::Trained(begin) => add(workspace, &mut gradient[*begin..][..count]),
            Storage::Frozen(_) => Ok(()),
            Storage::Grid(storage) => {
                let mut weights = workspace.pool.zeros(count)?;
                add(workspace, &mut weights)?;
                self.fold(storage, [tensor.rows, tensor.cols], &mut weights, gradient);
                workspace.pool.give(weights);
                Ok(())
            }
        }
    }

    /// Adds the gradient of a grid's numbers, given that of its weights.
    fn fold(&self, storage: &GridStorage<T>, shape: [usize; 2], weights: &mut [T], gradient: &mut [T]) {
        // Scales, minimums and weights follow each other in the flat vector.
        let (head, rest) = gradient[storage.scales.start..].split_at_mut(storage.scales.len());
        let (minimums, rest) = rest.split_at_mut(storage.minimums.len());
        let grid = storage.grid;
        let Some(begin) = storage.follows else {
            grid.gradient(shape, &storage.codes, weights, head, minimums);
            return;
        };
        if grid.follows == Follow::Places {
            grid.gradient(shape, &storage.codes, weights, head, minimums);
            grid.place_gradient(shape, &self.values[storage.scales.clone()], weights);
            crate::real::add(&mut rest[..weights.len()], weights);
            return;
        }
        let at = &self.values[begin..][..weights.len()];
        let now = (
            &self.values[storage.scales.clone()],
            &self.values[storage.minimums.clone()],
        );
        grid.follow_gradient(shape, at, now, weights, (head, minimums));
        crate::real::add(&mut rest[..weights.len()], weights);
    }
}
