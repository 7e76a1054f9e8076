namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>What the types of properties are called on the page.</summary>
internal static class SettingTypes
{
    private static readonly Dictionary<Type, string> Simple = new()
    {
        [typeof(string)] = "text",
        [typeof(bool)] = "true or false",
        [typeof(int)] = "whole number",
        [typeof(long)] = "whole number",
        [typeof(double)] = "number",
        [typeof(decimal)] = "number",
        [typeof(TimeSpan)] = "duration",
        [typeof(DateTimeOffset)] = "time",
    };

    /// <summary>The type without its <see cref="Nullable{T}"/>.</summary>
    public static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>What a single value is called; <see langword="null"/> for a group of settings.</summary>
    public static string? NameOf(Type type) => Bare(type) switch
    {
        { IsEnum: true } choice => string.Join(", ", Enum.GetNames(choice).Select(value => $"`{value}`")),
        var bare => Simple.GetValueOrDefault(bare),
    };

    /// <summary>What a dictionary by names holds; <see langword="null"/> if it is none.</summary>
    public static Type? ValueOfDictionary(Type type) => ArgumentsOf(type, typeof(IDictionary<,>)) is [_, var value] ? value : null;

    /// <summary>What a list holds; <see langword="null"/> if it is none.</summary>
    public static Type? ItemOfList(Type type) => ArgumentsOf(type, typeof(IList<>)) is [var item] ? item : null;

    private static Type[] ArgumentsOf(Type type, Type collection) =>
        type.GetInterfaces().Prepend(type)
            .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == collection)
            ?.GetGenericArguments() ?? [];
}
