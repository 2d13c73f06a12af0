using System.Management.Automation.Runspaces;
using System.Reflection;
using ApiTokens.Lifecycle.Findings;

namespace ApiTokens.PowerShell.Display;

/// <summary>
/// What PowerShell shall know of the module's types: how they are shown, and that they come back from Export-Clixml, jobs
/// and remoting as what they were. Types, not their names: a types file could not find them.
/// </summary>
public static class TypeExtensions
{
    private static readonly Type[] Rehydrated = [typeof(ApiToken), typeof(IssuedToken), typeof(TokenFinding)];

    /// <summary>All of it, for Update-TypeData.</summary>
    /// <returns>The data.</returns>
    public static TypeData[] Create() => [.. Rehydrated.Select(Live), .. Rehydrated.Select(Deserialized)];

    // One level more than PowerShell's own: its moments and lists would be texts else.
    private static TypeData Live(Type type) => WithMethods(new TypeData(type.FullName) { SerializationDepth = 2, TypeConverter = typeof(TokenRehydration) });

    private static TypeData Deserialized(Type type) => WithMethods(new TypeData($"Deserialized.{type.FullName}") { TargetTypeForDeserialization = type });

    private static TypeData WithMethods(TypeData data)
    {
        foreach (MethodInfo method in typeof(TokenDisplay).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        {
            data.Members[method.Name] = new CodeMethodData(method.Name, method);
        }

        return data;
    }
}
