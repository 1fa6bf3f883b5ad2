/* Lists of facts, page by page: what is listed is written anew for every page, and only the lines that are due are
 * kept. No list is too long for the output queue, and no page waits for a host. */
#include "console.h"

void list_begin(console_list *list, const char *key) {
    list->mark = list->text.length;
    list->text.cut = false;
    for (; *key != '\0'; key++) {
        char byte = !list->framed && *key == '_' ? ' ' : *key;
        app_put_bytes(&list->text, &byte, 1);
    }
    app_put(&list->text, list->framed ? "=" : ": ");
}

void list_end(console_list *list) {
    app_put(&list->text, "\n");
    bool due = list->index >= list->skip && !list->full;
    if (due && !list->text.cut) {
        list->taken++;
    } else {
        list->text.length = list->mark;
        list->full |= due;
    }
    list->index++;
}

void list_text(console_list *list, const char *key, const char *value) {
    list_begin(list, key);
    app_put(&list->text, value);
    list_end(list);
}

void list_number(console_list *list, const char *key, uint64_t value) {
    list_begin(list, key);
    app_put_number(&list->text, value);
    list_end(list);
}

void console_list_begin(console *c, uint32_t port, console_lines lines, bool framed, uint16_t request) {
    console_port *p = &c->ports[port];
    p->listing = lines;
    p->listed = 0;
    p->framed = framed;
    p->request = request;
}

void console_list_run(console *c, uint32_t port) {
    console_port *p = &c->ports[port];
    if (!p->listing || console_room(p, CONSOLE_ORDINARY) < CONSOLE_ANSWER_ROOM) {
        return;
    }
    console_list list = {.framed = p->framed, .skip = p->listed};
    uint8_t *lines = c->payload + CONSOLE_FACTS_BYTES;
    list.text = app_text_in(lines, CONSOLE_MAX_PAYLOAD - CONSOLE_FACTS_BYTES);
    p->listing(c, &list);
    /* A line that fits no page is left out. */
    bool stuck = list.full && list.taken == 0u;
    if (p->framed) {
        c->payload[0] = (uint8_t)p->listed;
        c->payload[1] = (uint8_t)(p->listed >> 8);
        c->payload[2] = !list.full;
        console_send(p, CONSOLE_ORDINARY, CONSOLE_FACTS, p->request, c->payload,
                     CONSOLE_FACTS_BYTES + (uint32_t)list.text.length);
    } else {
        console_print(p, CONSOLE_ORDINARY, lines, list.text.length);
    }
    p->listed += stuck ? 1u : list.taken;
    if (!list.full) {
        p->listing = NULL;
        if (!p->framed) {
            console_ask(c, port);
        }
    }
}
