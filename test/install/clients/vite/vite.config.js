export default {
  // The development server would put the scripts elsewhere than the files beside them.
  optimizeDeps: { exclude: ['esp32-llm-converter'] },
};
