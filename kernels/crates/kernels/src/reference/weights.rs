//! The tensors of a model in their storage type, filled row by row.

use super::description::{TensorId, TensorSpec};
use crate::dtype::{decode, decode_vec, padded_vectors};
use crate::error::{Error, Result};

/// Most bytes of all weights: WebAssembly has 4 GiB, and the cache and the activations need room beside them.
pub const MAX_WEIGHT_BYTES: u64 = 3 << 30;

/// One tensor.
pub struct Tensor {
    spec: TensorSpec,
    row_bytes: usize,
    bytes: Vec<u8>,
    /// A vector's elements, decoded once it is complete, padded with zeros.
    values: Vec<[f32; 4]>,
}

impl Tensor {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.spec.rows()
    }

    /// Columns.
    pub fn cols(&self) -> usize {
        self.spec.cols()
    }

    /// Decodes columns `[begin, end)` of a row; `begin` is a multiple of 16. `to` is padded with zeros.
    pub fn decode_part(&self, row: usize, begin: usize, end: usize, to: &mut [[f32; 4]]) {
        let size = self.spec.dtype.size();
        let row = &self.bytes[row * self.row_bytes..][..self.row_bytes];
        decode(self.spec.dtype, &row[begin * size..end * size], None, to);
    }

    /// The elements of a vector.
    pub fn values(&self) -> &[f32] {
        &self.values.as_flattened()[..self.rows() * self.cols()]
    }

    fn full_bytes(&self) -> usize {
        self.rows() * self.row_bytes
    }

    fn complete(&self) -> bool {
        self.bytes.len() == self.full_bytes()
    }
}

/// All tensors of a model.
pub struct Weights {
    tensors: Vec<Tensor>,
}

impl Weights {
    /// Empty tensors; refuses a model that cannot fit.
    pub fn new(specs: &[TensorSpec]) -> Result<Self> {
        let total = specs.iter().fold(0u64, |total, spec| {
            let elements = spec.rows() as u64 * spec.cols() as u64;
            total.saturating_add(elements.saturating_mul(spec.dtype.size() as u64))
        });
        if total > MAX_WEIGHT_BYTES {
            return Err(Error::format(
                "description",
                format!("Its weights take {total} bytes; the float reference holds {MAX_WEIGHT_BYTES}."),
                "Convert without the comparison, or choose a smaller model.",
            ));
        }
        let tensors = specs
            .iter()
            .map(|spec| Tensor {
                row_bytes: spec.cols() * spec.dtype.size(),
                spec: spec.clone(),
                bytes: Vec::new(),
                values: Vec::new(),
            })
            .collect();
        Ok(Self { tensors })
    }

    /// A tensor.
    pub fn get(&self, id: TensorId) -> &Tensor {
        &self.tensors[id]
    }

    /// Refuses what [`Self::add_rows`] would refuse of so many bytes.
    pub fn check_rows(&self, id: TensorId, bytes: usize) -> Result<()> {
        let tensor = &self.tensors[id];
        let name = &tensor.spec.name;
        if !bytes.is_multiple_of(tensor.row_bytes) {
            let problem = format!("{bytes} bytes are not whole rows of {}.", tensor.row_bytes);
            return Err(Error::format(name, problem, "Supply whole rows."));
        }
        if bytes > tensor.full_bytes() - tensor.bytes.len() {
            let problem = format!("More than its {} rows were supplied.", tensor.rows());
            return Err(Error::format(name, problem, "Supply each row once."));
        }
        Ok(())
    }

    /// Appends rows.
    pub fn add_rows(&mut self, id: TensorId, bytes: &[u8]) -> Result<()> {
        self.check_rows(id, bytes.len())?;
        let tensor = &mut self.tensors[id];
        let name = &tensor.spec.name;
        let full = tensor.full_bytes();
        if tensor.bytes.is_empty() {
            tensor.bytes.try_reserve_exact(full).map_err(|_| {
                Error::range(format_args!(
                    "Not enough memory for the {full} bytes of \"{name}\". Choose a smaller model."
                ))
            })?;
        }
        tensor.bytes.extend_from_slice(bytes);
        if tensor.spec.is_vector() && tensor.complete() {
            let mut values = decode_vec(tensor.spec.dtype, &tensor.bytes);
            values.resize(4 * padded_vectors(values.len()), 0.0);
            tensor.values = values.as_chunks::<4>().0.to_vec();
        }
        Ok(())
    }

    /// Names of the incomplete tensors.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.tensors
            .iter()
            .filter(|tensor| !tensor.complete())
            .map(|tensor| tensor.spec.name.as_str())
    }
}
