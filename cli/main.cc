#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Which Azure Blob REST calls do clients depend on, and does this endpoint answer them?", "blobgauge"};
  app.set_version_flag("--version", "blobgauge " BLOBGAUGE_VERSION);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
