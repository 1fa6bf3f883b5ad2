import DefaultTheme from 'vitepress/theme';
// Imported where the pages are rendered, too: it does nothing there.
import 'esp32-llm-converter/define';

export default DefaultTheme;
