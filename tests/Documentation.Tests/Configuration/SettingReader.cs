using System.Reflection;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>Reads an options class into the settings that it stands for.</summary>
internal sealed class SettingReader
{
    /// <summary>Where a group of a class is described that is used more than once, such as an account's second one.</summary>
    private readonly Dictionary<Type, string> _described = [];

    /// <summary>The settings right under a key, then those of each group below it.</summary>
    /// <param name="type">The class.</param>
    /// <param name="path">Its key.</param>
    /// <param name="meaning">What it is for.</param>
    public IEnumerable<SettingGroup> Read(Type type, string path, string meaning)
    {
        if (!_described.TryAdd(type, path))
        {
            yield return new(path, $"{meaning} It has the keys of `{_described[type]}`.", []);
            yield break;
        }

        var instance = Activator.CreateInstance(type)!;
        var settings = new List<Setting>();
        var groups = new List<SettingGroup>();
        foreach (var property in PropertiesOf(type))
        {
            Add(property, $"{path}:{property.Name}", property.GetValue(instance), settings, groups);
        }

        yield return new(path, meaning, settings);
        foreach (var group in groups)
        {
            yield return group;
        }
    }

    private void Add(PropertyInfo property, string key, object? value, List<Setting> settings, List<SettingGroup> groups)
    {
        var type = SettingTypes.Bare(property.PropertyType);
        var summary = Summaries.Of(property);
        var ofDictionary = SettingTypes.ValueOfDictionary(type);
        var inner = ofDictionary ?? SettingTypes.ItemOfList(type);
        if (inner is not null)
        {
            key += ofDictionary is null ? ":{n}" : ":{name}";
        }

        inner ??= type;
        if (SettingTypes.NameOf(inner) is not { } name)
        {
            groups.AddRange(Read(inner, key, summary));
            return;
        }

        var (whatHolds, meaning) = SettingDefault.Split(value, summary);
        var choices = inner.IsEnum ? Enum.GetNames(inner).Select(choice => $" `{choice}`: {Summaries.Of(inner.GetField(choice)!)}") : [];
        settings.Add(new(key, inner == type || ofDictionary is not null ? name : $"list of {name}", whatHolds, meaning + string.Concat(choices)));
    }

    /// <summary>What configuration can set, a base class' first.</summary>
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } || SettingTypes.NameOf(property.PropertyType) is null)
            .OrderBy(property => property.DeclaringType == type)
            .ThenBy(property => property.MetadataToken);
}
