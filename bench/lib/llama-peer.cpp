// The peer of bench:quantize: llama.cpp's library, fed with token ids, without any tokenizer.
//   llama-peer quantize IN.gguf OUT.gguf Q8_0|Q4_0|Q4_K_M [IDS]   with the importance matrix of the ids, when given
//   llama-peer logits MODEL.gguf IDS                              the logits after every id, F32, to standard output
// IDS: one sequence a line, ids parted by spaces. One thread, F32 key/value cache. Standard output of "logits" begins with the
// bytes of all tensors and the vocabulary, both as 64-bit numbers.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "ggml-backend.h"
#include "ggml.h"
#include "llama.h"

namespace {

using Sequences = std::vector<std::vector<llama_token>>;

[[noreturn]] void fail(const std::string & what) {
    std::fprintf(stderr, "llama-peer: %s\n", what.c_str());
    std::exit(1);
}

/** Only what goes wrong is worth a line. */
void log_errors(ggml_log_level level, const char * text, void *) {
    if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

Sequences read_ids(const char * path) {
    std::ifstream file(path);
    if (!file) fail(std::string("cannot read ") + path);
    Sequences sequences;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::vector<llama_token> ids;
        for (llama_token id; words >> id;) ids.push_back(id);
        if (!ids.empty()) sequences.push_back(ids);
    }
    if (sequences.empty()) fail(std::string(path) + " has no ids");
    return sequences;
}

/** Sums of the squares of what each matrix of the blocks is multiplied with, by column. */
struct Importance {
    struct Sum {
        std::vector<double> squares;
        double vectors = 0;
    };
    std::unordered_map<std::string, Sum> sums;

    static bool callback(ggml_tensor * tensor, bool ask, void * data) {
        if (tensor->op != GGML_OP_MUL_MAT) return false;
        const ggml_tensor * weights = tensor->src[0];
        const ggml_tensor * input = tensor->src[1];
        if (std::strncmp(weights->name, "blk.", 4) != 0 || input->type != GGML_TYPE_F32) return false;
        return ask ? true : static_cast<Importance *>(data)->add(weights->name, input);
    }

    bool add(const char * name, const ggml_tensor * input) {
        Sum & sum = sums[name];
        const int64_t columns = input->ne[0];
        const int64_t rows = ggml_nrows(input);
        std::vector<float> values(static_cast<size_t>(columns * rows));
        if (!ggml_is_contiguous(input)) fail(std::string("the input of ") + name + " has gaps");
        ggml_backend_tensor_get(input, values.data(), 0, values.size() * sizeof(float));
        sum.squares.resize(static_cast<size_t>(columns), 0.0);
        for (int64_t row = 0; row < rows; row++) {
            for (int64_t column = 0; column < columns; column++) {
                const double value = values[static_cast<size_t>(row * columns + column)];
                sum.squares[static_cast<size_t>(column)] += value * value;
            }
        }
        sum.vectors += static_cast<double>(rows);
        return true;
    }

    /** In the form that the quantizer takes. */
    std::unordered_map<std::string, std::vector<float>> means() const {
        std::unordered_map<std::string, std::vector<float>> found;
        for (const auto & [name, sum] : sums) {
            for (const double squares : sum.squares)
                found[name].push_back(static_cast<float>(squares / sum.vectors));
        }
        return found;
    }
};

/** A model with a context that holds the longest sequence. */
class Model {
public:
    Model(const char * path, const Sequences & sequences, Importance * importance) {
        llama_model_params model_params = llama_model_default_params();
        model_params.n_gpu_layers = 0;
        model_ = llama_model_load_from_file(path, model_params);
        if (model_ == nullptr) fail(std::string("cannot load ") + path);
        uint32_t longest = 0;
        for (const auto & ids : sequences) longest = std::max(longest, static_cast<uint32_t>(ids.size()));
        llama_context_params params = llama_context_default_params();
        params.n_ctx = params.n_batch = params.n_ubatch = longest;
        params.n_threads = params.n_threads_batch = 1;
        params.type_k = params.type_v = GGML_TYPE_F32;
        if (importance != nullptr) {
            params.cb_eval = Importance::callback;
            params.cb_eval_user_data = importance;
        }
        context_ = llama_init_from_model(model_, params);
        if (context_ == nullptr) fail("no context can be made");
        batch_ = llama_batch_init(static_cast<int32_t>(longest), 0, 1);
    }

    ~Model() {
        llama_batch_free(batch_);
        llama_free(context_);
        llama_model_free(model_);
    }

    Model(const Model &) = delete;
    Model & operator=(const Model &) = delete;

    uint64_t bytes() const { return llama_model_size(model_); }

    int32_t vocabulary() const { return llama_vocab_n_tokens(llama_model_get_vocab(model_)); }

    /** Reads a sequence from its beginning; the logits after each id, one row each. */
    const float * read(const std::vector<llama_token> & ids) {
        llama_memory_clear(llama_get_memory(context_), true);
        batch_.n_tokens = static_cast<int32_t>(ids.size());
        for (size_t i = 0; i < ids.size(); i++) {
            batch_.token[i] = ids[i];
            batch_.pos[i] = static_cast<llama_pos>(i);
            batch_.n_seq_id[i] = 1;
            batch_.seq_id[i][0] = 0;
            batch_.logits[i] = 1;
        }
        if (llama_decode(context_, batch_) != 0) fail("a sequence could not be read");
        return llama_get_logits(context_);
    }

private:
    llama_model * model_ = nullptr;
    llama_context * context_ = nullptr;
    llama_batch batch_{};
};

using Means = std::unordered_map<std::string, std::vector<float>>;

/* An importance matrix as llama.cpp took it until 2025: the map itself. */
[[maybe_unused]] void give(void *& field, Means & means) { field = &means; }

/* As it takes it since: a list whose last entry has no name. */
template <typename Entry> void give(const Entry *& field, Means & means) {
    static std::vector<Entry> entries;
    for (const auto & [name, values] : means) entries.push_back({ name.c_str(), values.data(), values.size() });
    entries.push_back({ nullptr, nullptr, 0 });
    field = entries.data();
}

void quantize(const char * input, const char * output, const std::string & type, const char * ids) {
    llama_model_quantize_params params = llama_model_quantize_default_params();
    params.nthread = 1;
    if (type == "Q8_0") params.ftype = LLAMA_FTYPE_MOSTLY_Q8_0;
    else if (type == "Q4_0") params.ftype = LLAMA_FTYPE_MOSTLY_Q4_0;
    else if (type == "Q4_K_M") params.ftype = LLAMA_FTYPE_MOSTLY_Q4_K_M;
    else fail("unknown type " + type);
    Means means;
    if (ids != nullptr) {
        const Sequences sequences = read_ids(ids);
        Importance importance;
        Model model(input, sequences, &importance);
        for (const auto & sequence : sequences) model.read(sequence);
        means = importance.means();
        if (means.empty()) fail("no matrix was seen, so there is no importance matrix");
        give(params.imatrix, means);
    }
    if (llama_model_quantize(input, output, &params) != 0) fail(std::string("cannot quantize ") + input);
}

void put(const void * bytes, size_t size) {
    if (std::fwrite(bytes, 1, size, stdout) != size) fail("nobody reads the logits");
}

void logits(const char * path, const char * ids) {
    const Sequences sequences = read_ids(ids);
    Model model(path, sequences, nullptr);
    const uint64_t head[2] = { model.bytes(), static_cast<uint64_t>(model.vocabulary()) };
    put(head, sizeof head);
    for (const auto & sequence : sequences) {
        put(model.read(sequence), sequence.size() * static_cast<size_t>(head[1]) * sizeof(float));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int count, char ** words) {
    llama_log_set(log_errors, nullptr);
    llama_backend_init();
    const std::string command = count > 1 ? words[1] : "";
    if (command == "quantize" && (count == 5 || count == 6)) {
        quantize(words[2], words[3], words[4], count == 6 ? words[5] : nullptr);
    } else if (command == "logits" && count == 4) {
        logits(words[2], words[3]);
    } else {
        fail("usage: llama-peer quantize IN OUT TYPE [IDS] | logits MODEL IDS");
    }
    llama_backend_free();
    return 0;
}
