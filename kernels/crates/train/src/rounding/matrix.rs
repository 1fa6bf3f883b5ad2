//! A matrix onto its grid, column by column: what a column loses, the later ones make good as far as their inputs go
//! along with its own (GPTQ, arXiv:2210.17323, in the form of LDLQ, arXiv:2307.13304, which needs no inverse).

use kernels::Result;

use super::factor::{filled, Factors};
use super::row_grid::{GroupScale, RowGrid};
use crate::grid::GridRows;
use crate::product::{Into, Panels, View};

/// Rows that are rounded at once.
pub const ROWS: usize = 256;
/// Columns between two products that carry errors on; a group is never parted.
const COLUMNS: usize = 32;

/// Rounds rows in order.
pub struct MatrixRounder {
    grid: RowGrid,
    cols: usize,
    /// What earlier columns lost, row by row.
    errors: Vec<f32>,
    /// The columns that are rounded now, with what they make good.
    wanted: Vec<f32>,
    pub rounded: GridRows<f32>,
}

impl MatrixRounder {
    /// Nothing rounded yet.
    pub fn new(grid: RowGrid, cols: usize) -> Result<Self> {
        Ok(Self {
            grid,
            cols,
            errors: filled(ROWS * cols, 0.0)?,
            wanted: Vec::new(),
            rounded: GridRows::default(),
        })
    }

    /// Rounds the next rows, at most [`ROWS`], and replaces them by what their codes stand for.
    pub fn round(&mut self, rows: &mut [f32], factors: &Factors, panels: &mut Panels<f32>) -> Result<()> {
        let cols = self.cols;
        let count = rows.len() / cols;
        let first = self.rounded.tables.rows.len();
        let units = rows
            .chunks_exact(cols)
            .map(|row| self.grid.unit(row, &factors.costs));
        self.rounded.tables.rows.extend(units);
        let codes = self.rounded.codes.len();
        self.rounded.codes.resize(codes + rows.len(), 0);
        let group = self.grid.group();
        let groups = group.map_or(0, |group| cols.div_ceil(group));
        self.rounded.tables.scales.resize((first + count) * groups, 0);
        if matches!(self.grid, RowGrid::Int4Group(_)) {
            self.rounded.tables.minimums.resize((first + count) * groups, 0);
        }
        let width = COLUMNS.max(group.unwrap_or(0));
        for begin in (0..cols).step_by(width) {
            let block = width.min(cols - begin);
            self.want(rows, begin, block, factors, panels);
            for row in 0..count {
                self.round_block(
                    &mut rows[row * cols + begin..][..block],
                    [first, row],
                    begin,
                    factors,
                );
            }
        }
        Ok(())
    }

    /// What the last rows lose on average, for inputs with these means.
    pub fn lost(&self, means: &[f64], rows: usize) -> Vec<f64> {
        let errors = self.errors.chunks_exact(self.cols).take(rows);
        errors
            .map(|errors| {
                errors
                    .iter()
                    .zip(means)
                    .map(|(&e, mean)| f64::from(e) * mean)
                    .sum()
            })
            .collect()
    }

    /// Gathers columns of all rows, and adds what they are to make good.
    fn want(
        &mut self,
        rows: &[f32],
        begin: usize,
        block: usize,
        factors: &Factors,
        panels: &mut Panels<f32>,
    ) {
        let cols = self.cols;
        let count = rows.len() / cols;
        self.wanted.clear();
        for row in rows.chunks_exact(cols) {
            self.wanted.extend_from_slice(&row[begin..begin + block]);
        }
        let errors = View::rows(&self.errors, cols);
        let feedback = View::rows(&factors.feedback[begin * cols..], cols).transposed();
        panels.multiply(
            [count, block, begin],
            errors,
            feedback,
            &mut self.wanted,
            block,
            Into::Add,
        );
    }

    /// Columns of one row: the weights become what their codes stand for.
    fn round_block(
        &mut self,
        weights: &mut [f32],
        [first, row]: [usize; 2],
        begin: usize,
        factors: &Factors,
    ) {
        let (cols, block) = (self.cols, weights.len());
        let unit = self.rounded.tables.rows[first + row];
        let wanted = &mut self.wanted[row * block..][..block];
        let errors = &mut self.errors[row * cols + begin..][..block];
        if unit == 0.0 {
            errors.copy_from_slice(weights);
            weights.fill(0.0);
            return;
        }
        // What is too large for a float to be made good is left as it is.
        if !wanted.iter().all(|value| (value / unit).is_finite()) {
            wanted.copy_from_slice(weights);
        }
        let group = self.grid.group().unwrap_or(cols);
        let groups = cols.div_ceil(group);
        let mut scale = GroupScale { scale: 1, offset: 0 };
        for k in 0..block {
            let column = begin + k;
            if column.is_multiple_of(group) && self.grid.group().is_some() {
                let end = (k + group).min(block);
                let values: Vec<f32> = wanted[k..end].iter().map(|value| value / unit).collect();
                scale = self.grid.fit(&values, &factors.costs[column..begin + end]);
                let at = (first + row) * groups + column / group;
                self.rounded.tables.scales[at] = scale.scale;
                if let Some(offset) = self.rounded.tables.minimums.get_mut(at) {
                    *offset = scale.offset;
                }
            }
            let code = self.grid.code(wanted[k] / unit, scale);
            self.rounded.codes[(first + row) * cols + column] = code;
            let value = scale.value(code) * unit;
            let error = weights[k] - value;
            weights[k] = value;
            errors[k] = error;
            for (later, wanted) in wanted.iter_mut().enumerate().skip(k + 1) {
                *wanted += error * factors.feedback[(begin + later) * cols + column];
            }
        }
    }
}
