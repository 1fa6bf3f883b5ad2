export default {
  title: 'A book',
  outDir: 'public',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: { search: { provider: 'local' } },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'esp32-llm-converter' } } },
};
