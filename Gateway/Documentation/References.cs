using System.Text.Json.Nodes;

namespace ProdReady.Gateway.Documentation;

/// <summary>What in an OpenAPI document names a component.</summary>
internal static class References
{
    private const string SecuritySchemes = "securitySchemes";

    /// <summary>Lets everything that named a component name it anew.</summary>
    public static void Rename(JsonNode? node, string kind, string name, string newName)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array)
                {
                    Rename(item, kind, name, newName);
                }

                break;
            case JsonObject described:
                foreach (var (member, value) in described.ToList())
                {
                    RenameMember(described, member, value, kind, name, newName);
                }

                break;
        }
    }

    private static void RenameMember(JsonObject parent, string member, JsonNode? value, string kind, string name, string newName)
    {
        var reference = $"#/components/{kind}/{name}";
        if (member == "$ref" && Text(value) == reference)
        {
            parent[member] = $"#/components/{kind}/{newName}";
        }
        else if (member == "mapping" && value is JsonObject mapping)
        {
            // A discriminator's values
            foreach (var (key, _) in mapping.Where(entry => Text(entry.Value) == reference).ToList())
            {
                mapping[key] = $"#/components/{kind}/{newName}";
            }
        }
        else if (member == "security" && kind == SecuritySchemes && value is JsonArray requirements)
        {
            foreach (var requirement in requirements.OfType<JsonObject>().Where(requirement => requirement.ContainsKey(name)))
            {
                var scopes = requirement[name]?.DeepClone();
                requirement.Remove(name);
                requirement[newName] = scopes;
            }
        }
        else
        {
            Rename(value, kind, name, newName);
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
