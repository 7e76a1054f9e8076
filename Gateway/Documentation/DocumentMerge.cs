using System.Text.Json.Nodes;

namespace ProdReady.Gateway.Documentation;

/// <summary>
/// Adds OpenAPI documents to one. What both have alike is there once; what only has the same name gets another: the service's,
/// ahead of its own. Of two operations at one path, the first stays.
/// </summary>
internal static class DocumentMerge
{
    public static void Add(JsonObject target, ServiceDocument service)
    {
        if (service.Document?.DeepClone() is not JsonObject source)
        {
            return;
        }

        RenameComponents(target, source, Prefix(service.Service));
        AddComponents(target, source);
        AddPaths(target, source, Prefix(service.Service));
        AddTags(target, source);
    }

    /// <summary>
    /// Until nothing changes: to rename one component changes those that refer to it, which then differ from their namesakes, too.
    /// </summary>
    private static void RenameComponents(JsonObject target, JsonObject source, string prefix)
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var (kind, name) in Components(source).ToList())
            {
                if (target["components"]?[kind]?[name] is not { } existing
                    || JsonNode.DeepEquals(existing, source["components"]![kind]![name]))
                {
                    continue;
                }

                var free = Free(name, prefix, taken => IsTaken(target, kind, taken) || IsTaken(source, kind, taken));
                var components = source["components"]![kind]!.AsObject();
                components[free] = components[name]!.DeepClone();
                components.Remove(name);
                References.Rename(source, kind, name, free);
                changed = true;
            }
        }
        while (changed);
    }

    private static void AddComponents(JsonObject target, JsonObject source)
    {
        foreach (var (kind, name) in Components(source))
        {
            var kinds = Child(target, "components");
            Child(kinds, kind)[name] = source["components"]![kind]![name]?.DeepClone();
        }
    }

    private static void AddPaths(JsonObject target, JsonObject source, string prefix)
    {
        var paths = Child(target, "paths");
        var ids = paths.SelectMany(path => Operations(path.Value)).Select(operation => (string?)operation.Value?["operationId"]).ToHashSet();
        foreach (var (path, item) in source["paths"]?.AsObject() ?? [])
        {
            foreach (var (_, operation) in Operations(item))
            {
                if (operation is JsonObject named && (string?)named["operationId"] is { } id && !ids.Add(id))
                {
                    named["operationId"] = Free(id, prefix, taken => !ids.Add(taken));
                }
            }

            foreach (var (member, value) in item as JsonObject ?? [])
            {
                Child(paths, path).TryAdd(member, value?.DeepClone());
            }
        }
    }

    private static void AddTags(JsonObject target, JsonObject source)
    {
        var tags = target["tags"] as JsonArray;
        foreach (var tag in source["tags"] as JsonArray ?? [])
        {
            if (tags is null)
            {
                target["tags"] = tags = [];
            }

            if (!tags.Any(known => (string?)known?["name"] == (string?)tag?["name"]))
            {
                tags.Add(tag?.DeepClone());
            }
        }
    }

    private static IEnumerable<(string Kind, string Name)> Components(JsonObject document) =>
        from kind in document["components"] as JsonObject ?? []
        from component in kind.Value as JsonObject ?? []
        select (kind.Key, component.Key);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Operations(JsonNode? item) =>
        (item as JsonObject ?? []).Where(member => member.Value is JsonObject);

    private static bool IsTaken(JsonObject document, string kind, string name) => document["components"]?[kind]?[name] is not null;

    private static string Free(string name, string prefix, Func<string, bool> isTaken)
    {
        var free = prefix + name;
        for (var number = 2; isTaken(free); number++)
        {
            free = $"{prefix}{name}{number}";
        }

        return free;
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    /// <summary>A component's name may hold only letters, digits, dots, hyphens and underscores (OpenAPI 3.1, 4.8.7).</summary>
    private static string Prefix(string service)
    {
        var letters = string.Concat(service.Where(char.IsAsciiLetterOrDigit));
        return letters.Length == 0 ? "Service" : char.ToUpperInvariant(letters[0]) + letters[1..];
    }
}
