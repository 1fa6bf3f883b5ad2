//! What families have beside what Llama has, one trait after the other.

/// What a decoder has.
#[derive(Clone)]
pub struct Traits {
    /// `rms` or `layer`.
    pub norm: &'static str,
    pub gains: bool,
    pub gain_offset: f64,
    pub function: &'static str,
    pub gated: bool,
    /// Kind, what it is over, and whether it stands behind the rotation; with gains and biases as norms have them.
    pub head_norm: Option<(&'static str, &'static str, bool)>,
    pub slopes: Option<&'static [f64]>,
    pub score_cap: Option<f64>,
    pub clip: Option<f64>,
    pub factor: f64,
    pub positions: bool,
    /// Width of the embedding, with projections between it and the hidden size.
    pub projected: Option<usize>,
    pub logit_scale: f64,
    pub logit_cap: Option<f64>,
}

/// None of it.
pub const PLAIN: Traits = Traits {
    norm: "rms",
    gains: true,
    gain_offset: 0.0,
    function: "silu",
    gated: true,
    head_norm: None,
    slopes: None,
    score_cap: None,
    clip: None,
    factor: 1.0,
    positions: false,
    projected: None,
    logit_scale: 1.0,
    logit_cap: None,
};

type Named = (&'static str, Traits);

/// A decoder that has what `change` gives it.
fn with(name: &'static str, change: impl FnOnce(&mut Traits)) -> Named {
    let mut traits = PLAIN;
    change(&mut traits);
    (name, traits)
}

/// Each of them, for decoders of six heads.
pub fn traits() -> Vec<Named> {
    [norms(), functions(), head_norms(), scores(), ends()].concat()
}

fn norms() -> Vec<Named> {
    vec![
        with("layer norm", |t| t.norm = "layer"),
        with("norms without gains", |t| (t.norm, t.gains) = ("layer", false)),
        with("gains as distances from 1", |t| t.gain_offset = 1.0),
    ]
}

fn functions() -> Vec<Named> {
    let function = |name, function, gated| with(name, |t| (t.function, t.gated) = (function, gated));
    vec![
        function("plain silu", "silu", false),
        function("plain gelu", "gelu", false),
        function("gelu by a tangent", "geluTanh", true),
        function("plain relu", "relu", false),
        function("squared relu", "relu2", false),
    ]
}

fn head_norms() -> Vec<Named> {
    let norm = |name, kind, over, turned| with(name, |t| t.head_norm = Some((kind, over, turned)));
    vec![
        norm("norm of heads", "rms", "head", false),
        norm("norm of heads behind the rotation", "rms", "head", true),
        norm("a norm a head", "layer", "heads", false),
        norm("a norm of all heads", "rms", "all", false),
        with("norm of heads without gains", |t| {
            (t.head_norm, t.gains) = (Some(("rms", "head", true)), false);
        }),
    ]
}

fn scores() -> Vec<Named> {
    vec![
        with("slopes", |t| {
            t.slopes = Some(&[0.5, 0.25, 0.125, 0.06, 0.7, 0.35])
        }),
        with("capped scores and logits", |t| {
            (t.score_cap, t.logit_cap) = (Some(1.5), Some(2.0));
        }),
        with("clipped", |t| t.clip = Some(0.9)),
        with("clipped and normalized", |t| {
            (t.clip, t.head_norm) = (Some(0.9), Some(("rms", "head", false)));
        }),
        with("factors", |t| (t.factor, t.logit_scale) = (0.3, 0.25)),
    ]
}

fn ends() -> Vec<Named> {
    vec![
        with("narrow embeddings", |t| {
            (t.positions, t.projected) = (true, Some(10))
        }),
        with("wide embeddings", |t| t.projected = Some(50)),
        with("learned positions", |t| t.positions = true),
    ]
}
