using ApiTokens.Audit;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a policy file.</summary>
internal static class PolicyFile
{
    public static FindingPolicy Read(string path) => PolicyTable.Read(
        new ConstantFile("Policy", "Specify a .psd1 file with one table of keys and constant values. See docs/policy.md.").Read(path));
}
