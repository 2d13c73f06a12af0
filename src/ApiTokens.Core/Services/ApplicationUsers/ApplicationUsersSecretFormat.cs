namespace ApiTokens.Services.ApplicationUsers;

/// <summary>
/// The contract requires at least 32 characters; the reference implementation issues 40 lower-case letters and digits. A text with
/// hexadecimal digits only is excluded: it is a hash or the secret of another service, which must not be sent to this one.
/// </summary>
internal sealed class ApplicationUsersSecretFormat() : SecretFormat(
    @"(?![0-9a-f]+\z)(?=.*[0-9])(?=.*[a-z])[0-9a-z]{32,128}",
    maxLength: 128,
    inText: @"(?![0-9a-f]{40}(?!\w))(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{40}(?!-)");
