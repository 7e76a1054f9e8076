namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>One setting, as a row of the page.</summary>
/// <param name="Key">Its key, with <c>{name}</c> and <c>{n}</c> for what the operator chooses.</param>
/// <param name="Type">What its value is, and in which unit.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Meaning">What it does, and its range.</param>
internal sealed record Setting(string Key, string Type, string Default, string Meaning);

/// <summary>Settings under one key.</summary>
/// <param name="Path">The key.</param>
/// <param name="Meaning">What they are for.</param>
/// <param name="Settings">The settings.</param>
internal sealed record SettingGroup(string Path, string Meaning, IReadOnlyList<Setting> Settings);
