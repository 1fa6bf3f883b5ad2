// Stands in for one line of HTML: a local server is known by two names, which are two origins for the browser.
const other = new URL('../dist/define.js', location.href);
other.hostname = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';

document.getElementById('origin').textContent = other.origin;
document.getElementById('own').textContent = location.origin;

const script = document.createElement('script');
script.type = 'module';
script.crossOrigin = 'anonymous';
script.src = other.href;
document.head.append(script);
