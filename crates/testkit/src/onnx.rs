//! Small models in ONNX, written node by node: what a test needs where a real model would be megabytes of somebody
//! else's. An ONNX file is one protocol-buffers message; only the members that such models use are written.

/// A value of an attribute.
#[derive(Debug, Clone)]
pub enum Attribute {
    /// One whole number.
    Int(i64),
    /// Several.
    Ints(Vec<i64>),
}

/// A model in the making. Values are named; every node makes one value, which carries the node's name.
#[derive(Debug, Default)]
pub struct OnnxModel {
    nodes: Vec<u8>,
    constants: Vec<u8>,
    inputs: Vec<u8>,
    outputs: Vec<u8>,
}

/// The operator set that the nodes are of.
const OPERATORS: u64 = 11;
const FORMAT: u64 = 7;
/// Types in the protocol.
const FLOAT: u64 = 1;
const INT64: u64 = 7;

impl OnnxModel {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value that comes from outside.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> &mut Self {
        message(&mut self.inputs, 11, &value_info(name, shape));
        self
    }

    /// A value that is given back.
    pub fn output(&mut self, name: &str, shape: &[usize]) -> &mut Self {
        message(&mut self.outputs, 12, &value_info(name, shape));
        self
    }

    /// A value that never changes.
    pub fn constant(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> &mut Self {
        let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.tensor(name, shape, FLOAT, &raw)
    }

    /// The same of whole numbers, such as a shape.
    pub fn whole_constant(&mut self, name: &str, numbers: &[i64]) -> &mut Self {
        let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.tensor(name, &[numbers.len()], INT64, &raw)
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: u64, raw: &[u8]) -> &mut Self {
        let mut tensor = Vec::new();
        for side in shape {
            number(&mut tensor, 1, *side as u64);
        }
        number(&mut tensor, 2, kind);
        message(&mut tensor, 8, name.as_bytes());
        message(&mut tensor, 9, raw);
        message(&mut self.constants, 5, &tensor);
        self
    }

    /// `name = operator(inputs)`.
    pub fn node(&mut self, name: &str, operator: &str, inputs: &[&str]) -> &mut Self {
        self.node_with(name, operator, inputs, &[])
    }

    /// The same with attributes.
    pub fn node_with(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute)],
    ) -> &mut Self {
        let mut node = Vec::new();
        for input in inputs {
            message(&mut node, 1, input.as_bytes());
        }
        message(&mut node, 2, name.as_bytes());
        message(&mut node, 3, format!("make {name}").as_bytes());
        message(&mut node, 4, operator.as_bytes());
        for (attribute, value) in attributes {
            let mut written = Vec::new();
            message(&mut written, 1, attribute.as_bytes());
            match value {
                Attribute::Int(value) => {
                    number(&mut written, 3, value.cast_unsigned());
                    number(&mut written, 20, 2);
                }
                Attribute::Ints(values) => {
                    for value in values {
                        number(&mut written, 8, value.cast_unsigned());
                    }
                    number(&mut written, 20, 7);
                }
            }
            message(&mut node, 5, &written);
        }
        message(&mut self.nodes, 1, &node);
        self
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut graph = self.nodes.clone();
        message(&mut graph, 2, b"a test's own model");
        graph.extend_from_slice(&self.constants);
        graph.extend_from_slice(&self.inputs);
        graph.extend_from_slice(&self.outputs);
        let mut operators = Vec::new();
        number(&mut operators, 2, OPERATORS);
        let mut model = Vec::new();
        number(&mut model, 1, FORMAT);
        message(&mut model, 7, &graph);
        message(&mut model, 8, &operators);
        model
    }
}

fn value_info(name: &str, shape: &[usize]) -> Vec<u8> {
    let mut sides = Vec::new();
    for side in shape {
        let mut written = Vec::new();
        number(&mut written, 1, *side as u64);
        message(&mut sides, 1, &written);
    }
    let mut tensor = Vec::new();
    number(&mut tensor, 1, FLOAT);
    message(&mut tensor, 2, &sides);
    let mut kind = Vec::new();
    message(&mut kind, 1, &tensor);
    let mut info = Vec::new();
    message(&mut info, 1, name.as_bytes());
    message(&mut info, 2, &kind);
    info
}

/// A field with a whole number.
fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

/// A field with bytes: a text, or another message.
fn message(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [seven, ..] = (value & 0x7F).to_le_bytes();
        value >>= 7;
        out.push(if value == 0 { seven } else { seven | 0x80 });
        if value == 0 {
            break;
        }
    }
}
