//! A model on the way to its training: described, then filled with weights, and each tensor told what becomes of it.

use kernels::dtype::{decode_vec, Dtype};
use kernels::random::Random;
use kernels::reference::description::{Model, Operation, TensorId};
use kernels::{Error, Result};

use crate::activation::Input;
use crate::grid::{Follow, Grid, GridValues};
use crate::parameters::{GridStorage, Parameters, Part, Slice, Storage, Tensor};
use crate::real::Real;
use crate::trainer::Trainer;

/// Most elements of all tensors: as weights they take 1 GiB of the 4 that WebAssembly has.
pub const MAX_ELEMENTS: u64 = 1 << 28;

/// Most numbers that are trained: they, a gradient and two moments of so many take 2 GiB.
pub const MAX_TRAINED: u64 = 1 << 27;

/// What becomes of a tensor.
enum Plan {
    Trained,
    Frozen,
    Grid(Grid, Option<GridValues<f32>>),
}

impl Plan {
    /// Numbers of a tensor that are trained.
    fn trained(&self, [rows, cols]: [usize; 2]) -> u64 {
        let elements = rows as u64 * cols as u64;
        match self {
            Self::Trained => elements,
            Self::Frozen => 0,
            Self::Grid(grid, _) => {
                let scales = grid.scales(rows, cols) as u64;
                let both = if grid.minimum { 2 * scales } else { scales };
                both + if grid.follows == Follow::Nothing {
                    0
                } else {
                    elements
                }
            }
        }
    }
}

/// A tensor on its way in.
struct Source {
    values: Vec<f32>,
    /// In their place, elements that are shorter than floats: as they were supplied.
    packed: Vec<u8>,
    plan: Plan,
    input: Input,
}

impl Source {
    /// Elements so far.
    fn elements(&self, dtype: Dtype) -> usize {
        self.values.len() + self.packed.len() / dtype.size()
    }

    /// All elements as floats.
    fn floats(self, dtype: Dtype) -> Vec<f32> {
        if self.packed.is_empty() {
            self.values
        } else {
            decode_vec(dtype, &self.packed)
        }
    }
}

/// A model whose training has not begun. All its tensors are trained unless told otherwise.
pub struct Draft {
    model: Model,
    sources: Vec<Source>,
    int8_cache: bool,
}

impl Draft {
    /// Reads a description in CBOR, as the float reference does.
    ///
    /// # Errors
    /// [`Error::Format`] for what is no description, or too large a model.
    pub fn new(description: &[u8]) -> Result<Self> {
        let model = Model::read(description)?;
        let elements = model.tensors.specs().iter().fold(0u64, |sum, spec| {
            sum.saturating_add(spec.rows() as u64 * spec.cols() as u64)
        });
        if elements > MAX_ELEMENTS {
            return Err(Error::format(
                "description",
                format!("It has {elements} weights; at most {MAX_ELEMENTS} are taken here."),
                "Choose a smaller model.",
            ));
        }
        let source = || Source {
            values: Vec::new(),
            packed: Vec::new(),
            plan: Plan::Trained,
            input: Input::Float32,
        };
        let sources = model.tensors.specs().iter().map(|_| source()).collect();
        Ok(Self {
            model,
            sources,
            int8_cache: false,
        })
    }

    /// What was described.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Supplies the next rows of a tensor, in its own type of elements.
    ///
    /// # Errors
    /// [`Error::Format`] for an unknown name, for bytes that are not whole rows, and for more rows than there are.
    pub fn add_rows(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let id = self.find(name)?;
        let spec = &self.model.tensors.specs()[id];
        let row = spec.cols() * spec.dtype.size();
        if !bytes.len().is_multiple_of(row) {
            let problem = format!("{} bytes are not whole rows of {row}.", bytes.len());
            return Err(Error::format(name, problem, "Supply whole rows."));
        }
        let source = &mut self.sources[id];
        let missing = spec.rows() * spec.cols() - source.elements(spec.dtype);
        if bytes.len() / spec.dtype.size() > missing {
            let problem = format!("More than its {} rows were supplied.", spec.rows());
            return Err(Error::format(name, problem, "Supply each row once."));
        }
        if spec.is_vector() || spec.dtype == Dtype::F32 {
            reserve(&mut source.values, missing)?;
            source.values.extend(decode_vec(spec.dtype, bytes));
        } else {
            reserve(&mut source.packed, missing * spec.dtype.size())?;
            source.packed.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Takes the elements of a tensor over from a model that has it, whatever that computes it from.
    ///
    /// # Errors
    /// [`Error::Format`] for a name that one of them does not know, or another shape; [`Error::Range`] where the memory is
    /// exhausted.
    pub fn take_over(&mut self, name: &str, from: &Trainer<f32>) -> Result<()> {
        let id = self.find(name)?;
        let spec = &self.model.tensors.specs()[id];
        let elements = from.tensor(name)?;
        if elements.len() != spec.rows() * spec.cols() {
            return Err(Error::format(
                name,
                "The other model's has another size.",
                "Take tensors over from a model of the same description.",
            ));
        }
        let source = &mut self.sources[id];
        (source.values, source.packed) = (elements, Vec::new());
        Ok(())
    }

    /// The gains of all norms and the newest taps, with what stands for a factor of 1.
    fn gains(&self) -> Vec<(TensorId, f32)> {
        let mut gains: Vec<_> = self
            .model
            .final_norm
            .gain
            .map(|gain| (gain, 1.0 - self.model.final_norm.gain_offset))
            .into_iter()
            .collect();
        for step in &self.model.steps {
            match &step.operation {
                Operation::Norm(norm) => gains.extend(norm.gain.map(|gain| (gain, 1.0 - norm.gain_offset))),
                Operation::Attention(attention) => {
                    if let Some(norm) = &attention.head_norm {
                        let both = norm.query.gains.iter().chain(&norm.key.gains);
                        gains.extend(both.map(|&gain| (gain, 1.0 - norm.gain_offset)));
                    }
                }
                Operation::Mlp(_) => {}
                // At first it passes on what goes in.
                Operation::Convolution(shape) => gains.extend(shape.taps.last().map(|&tap| (tap, 1.0))),
            }
        }
        gains
    }

    /// Fills what has no weights yet for a training from scratch: matrices with normal numbers of this deviation, gains
    /// with ones, biases with zeros. Equal seeds give equal weights.
    ///
    /// # Errors
    /// [`Error::Range`] where the memory is exhausted.
    pub fn initialize(&mut self, seed: u64, deviation: f32) -> Result<()> {
        let ones = self.gains();
        let mut random = Random::new(seed);
        for (id, (source, spec)) in self
            .sources
            .iter_mut()
            .zip(self.model.tensors.specs())
            .enumerate()
        {
            if source.elements(spec.dtype) > 0 {
                continue;
            }
            let count = spec.rows() * spec.cols();
            reserve(&mut source.values, count)?;
            let is_matrix = !spec.is_vector();
            let vector = ones
                .iter()
                .find(|(gain, _)| *gain == id)
                .map_or(0.0, |&(_, one)| one);
            source.values.extend((0..count).map(|_| {
                if is_matrix {
                    random.normal() * deviation
                } else {
                    vector
                }
            }));
        }
        Ok(())
    }

    /// Leaves a tensor as it is.
    ///
    /// # Errors
    /// [`Error::Format`] for an unknown name.
    pub fn freeze(&mut self, name: &str) -> Result<()> {
        let id = self.find(name)?;
        self.sources[id].plan = Plan::Frozen;
        Ok(())
    }

    /// Puts a matrix on a grid, whose scales and minimums are trained in its place. Without `values` the grid is spanned
    /// over its weights when training begins.
    ///
    /// # Errors
    /// [`Error::Format`] for an unknown name or a vector; [`Error::Range`] for a grid that cannot be, or values that are
    /// not as many as it has.
    pub fn quantize(&mut self, name: &str, grid: Grid, values: Option<GridValues<f32>>) -> Result<()> {
        let id = self.find(name)?;
        grid.check()?;
        let spec = &self.model.tensors.specs()[id];
        if spec.shape.len() != 2 {
            return Err(Error::format(
                name,
                "It is no matrix.",
                "Quantize matrices; gains and biases stay as they are.",
            ));
        }
        if let Some(values) = &values {
            let scales = grid.scales(spec.rows(), spec.cols());
            let minimums = if grid.minimum { scales } else { 0 };
            let counts = [values.codes.len(), values.scales.len(), values.minimums.len()];
            if counts != [spec.rows() * spec.cols(), scales, minimums] {
                return Err(Error::range(format!(
                    "The grid of \"{name}\" has {} codes, {scales} scales and {minimums} minimums, not {counts:?}.",
                    spec.rows() * spec.cols()
                )));
            }
            let codes = grid.lowest..=grid.highest;
            if values.codes.iter().any(|code| !codes.contains(code)) {
                return Err(Error::range(format!(
                    "A code of \"{name}\" is outside {}..={}.",
                    grid.lowest, grid.highest
                )));
            }
            let finite = |numbers: &[f32]| numbers.iter().all(|v| v.is_finite());
            if !finite(&values.minimums) || !values.scales.iter().all(|v| v.is_finite() && *v >= 0.0) {
                return Err(Error::range(format!(
                    "A scale of \"{name}\" is not a number from 0 up, or a minimum is not finite."
                )));
            }
        }
        self.sources[id].plan = Plan::Grid(grid, values);
        Ok(())
    }

    /// Says how what a matrix is multiplied with is quantized.
    ///
    /// # Errors
    /// [`Error::Format`] for an unknown name.
    pub fn set_input(&mut self, name: &str, input: Input) -> Result<()> {
        let id = self.find(name)?;
        self.sources[id].input = input;
        Ok(())
    }

    /// Whether keys and values are rounded as in the device's INT8 cache.
    pub fn set_int8_cache(&mut self, on: bool) {
        self.int8_cache = on;
    }

    fn find(&self, name: &str) -> Result<TensorId> {
        self.model.tensors.find(name).ok_or_else(|| {
            Error::format(
                name,
                "The model's description has no such tensor.",
                "Name only its tensors.",
            )
        })
    }

    /// Names of the tensors whose weights are not complete.
    pub fn missing(&self) -> Vec<&str> {
        let tensors = self.sources.iter().zip(self.model.tensors.specs());
        tensors
            .filter(|(source, spec)| {
                let given =
                    matches!(source.plan, Plan::Grid(grid, Some(_)) if grid.follows == Follow::Nothing);
                !given && source.elements(spec.dtype) != spec.rows() * spec.cols()
            })
            .map(|(_, spec)| spec.name.as_str())
            .collect()
    }

    /// Begins the training.
    ///
    /// # Errors
    /// [`Error::Range`] while weights are missing, or where the memory is exhausted.
    pub fn begin<T: Real>(self) -> Result<Trainer<T>> {
        if let Some(name) = self.missing().first() {
            return Err(Error::range(format!(
                "The weights are not complete: \"{name}\" is missing. Supply its rows first."
            )));
        }
        let counts = self.sources.iter().zip(self.model.tensors.specs());
        let counts = counts.map(|(source, spec)| source.plan.trained([spec.rows(), spec.cols()]));
        let elements = counts.fold(0u64, u64::saturating_add);
        if elements > MAX_TRAINED {
            return Err(Error::range(format!(
                "{elements} numbers are to be trained; {MAX_TRAINED} can be. Choose a smaller model, or freeze some."
            )));
        }
        let mut parameters = Parameters {
            tensors: Vec::new(),
            values: Vec::new(),
            slices: Vec::new(),
        };
        reserve(&mut parameters.values, elements as usize)?;
        for (mut source, spec) in self.sources.into_iter().zip(self.model.tensors.specs()) {
            let (rows, cols) = (spec.rows(), spec.cols());
            let is_matrix = !spec.is_vector();
            let input = source.input;
            let storage = match source.plan {
                Plan::Frozen if !source.packed.is_empty() => Storage::Packed {
                    dtype: spec.dtype,
                    bytes: source.packed,
                },
                Plan::Frozen => Storage::Frozen(T::adopt(source.values)),
                Plan::Trained => {
                    let values = source.floats(spec.dtype);
                    let begin = append(&mut parameters, &spec.name, Part::Values, &values, is_matrix)?;
                    Storage::Trained(begin)
                }
                Plan::Grid(grid, ref mut values) => {
                    let values = values.take();
                    let weights = source.floats(spec.dtype);
                    let storage = on_grid(&mut parameters, &spec.name, [rows, cols], grid, values, &weights)?;
                    Storage::Grid(storage)
                }
            };
            parameters.tensors.push(Tensor {
                rows,
                cols,
                input,
                storage,
            });
        }
        parameters.refresh();
        Trainer::new(self.model, parameters, self.int8_cache)
    }
}

/// A tensor on its grid, its numbers appended to the flat vector.
fn on_grid<T: Real>(
    parameters: &mut Parameters<T>,
    name: &str,
    [rows, cols]: [usize; 2],
    grid: Grid,
    values: Option<GridValues<f32>>,
    weights: &[f32],
) -> Result<GridStorage<T>> {
    let values = values.unwrap_or_else(|| grid.fit(weights, rows, cols));
    let scales = append(parameters, name, Part::Scales, &values.scales, false)?;
    let minimums = append(parameters, name, Part::Minimums, &values.minimums, false)?;
    let follows = match grid.follows {
        Follow::Weights => Some(append(parameters, name, Part::Values, weights, true)?),
        Follow::Places => {
            let floats = (&values.scales[..], &values.minimums[..]);
            let places = grid.places([rows, cols], weights, floats, &values.codes);
            Some(append(parameters, name, Part::Values, &places, false)?)
        }
        Follow::Nothing => None,
    };
    Ok(GridStorage {
        grid,
        codes: values.codes,
        scales: scales..scales + values.scales.len(),
        minimums: minimums..minimums + values.minimums.len(),
        follows,
        tables: None,
    })
}

/// Appends numbers to the flat vector; returns where they begin.
fn append<T: Real>(
    parameters: &mut Parameters<T>,
    name: &str,
    part: Part,
    values: &[f32],
    decays: bool,
) -> Result<usize> {
    let begin = parameters.values.len();
    if values.is_empty() {
        return Ok(begin);
    }
    parameters
        .values
        .extend(values.iter().map(|&value| T::of(f64::from(value))));
    parameters.slices.push(Slice {
        name: name.into(),
        part,
        begin,
        length: values.len(),
        decays,
        rate: 1.0,
    });
    Ok(begin)
}

fn reserve<T>(values: &mut Vec<T>, more: usize) -> Result<()> {
    values.try_reserve_exact(more).map_err(|_| {
        Error::range(format!(
            "Not enough memory for {more} more numbers. Choose a smaller model."
        ))
    })
}
