import { mount } from 'svelte';
import 'esp32-llm-converter/define';
import Page from './Page.svelte';

mount(Page, { target: document.getElementById('app') });
