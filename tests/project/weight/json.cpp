#include <nlohmann/json.hpp>

#include <iostream>

int main(int count, char** words) {
    const auto value = nlohmann::json::parse(count > 1 ? words[1] : R"({"temperature": 0.8, "top_k": 40, "stop": ["a", "b"]})");
    std::cout << value["temperature"] << '\n';
}
