#pragma once
// An HTTP client as C has it, for the transcript of `analyze clang`.
struct list;
struct list* header_add(struct list* to, const char* name, const char* value);
int http_send(const char* method, struct list* headers);
int http_sends(const char* method, struct list* headers);
