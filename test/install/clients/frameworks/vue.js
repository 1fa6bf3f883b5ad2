import { createApp } from 'vue/dist/vue.esm-bundler.js';
import 'esp32-llm-converter/define';

const page = createApp({
  data: () => ({ locked: true, heard: '' }),
  template: `<button id="lock" @click="locked = !locked">lock</button>
    <output>{{ heard }}</output>
    <esp32-llm-converter
      :locked="locked"
      :no-network="false"
      :scheme="undefined"
      :board="undefined"
      :steps="null"
      :context="256"
      @esp32-llm-state="heard = $event.step"
    ></esp32-llm-converter>`,
});
page.config.compilerOptions.isCustomElement = (tag) => tag === 'esp32-llm-converter';
page.mount('#app');
