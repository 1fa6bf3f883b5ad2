import { svelte } from '@sveltejs/vite-plugin-svelte';

// React mounts everything twice in its strict mode, but only where it is built for development.
process.env.NODE_ENV = 'development';

export default {
  plugins: [svelte()],
  build: {
    outDir: 'public',
    rollupOptions: { input: ['react.html', 'vue.html', 'svelte.html'] },
  },
  publicDir: false,
};
