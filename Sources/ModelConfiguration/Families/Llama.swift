/// Llama 2, 3, 3.1, 3.2, 3.3 and what is built like them.
struct Llama: FamilyDescriptor {
  let architecture = "LlamaForCausalLM"
  let modelType = "llama"
}
